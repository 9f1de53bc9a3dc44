using System.CommandLine;
using System.Globalization;
using LusPipeline.Buckets.S3;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Cli.Submitting;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus submit PATH…</c></summary>
internal static class SubmitCommand
{
    private const int MaxParallel = 4;

    public static Command Create()
    {
        var settings = new SettingsArguments();
        var paths = new Argument<string[]>("path") { Description = "Videos, and folders of videos", Arity = ArgumentArity.OneOrMore };
        var study = new Option<string>("--study") { Description = "The study that the videos belong to", HelpName = "NAME", Required = true };
        var urgent = new Option<bool>("--urgent") { Description = $"Before routine work: below the first of {S3Options.Section}:{nameof(S3Options.UrgentPrefixes)}" };
        var complete = new Option<bool>("--complete") { Description = "No more videos follow for the study, so it does not wait for its quiet period" };
        var command = new Command("submit", """
            Put videos into the watched bucket, as a user's upload would: ingest workers find them there.

            What is there already with the same content is not sent again, so a broken upload is gone on with by the same command.
            Files that are no videos stay here. Your files are only read.
            """)
        {
            paths, study, urgent, complete,
        }.WithExamples(
            "lus submit patient1/*.mp4 --study patient1",
            "lus submit /data/patient1 --study patient1 --complete",
            "lus submit scan.mp4 --study patient2 --urgent");
        settings.AddTo(command);
        command.SetStoppableAction(
            async (result, cancellation) =>
            {
                var values = LoadedSettings.Load(settings.Sources(result), S3Options.Section);
                var marker = values.Get<WatchOptions>().Marker;
                if (result.GetValue(complete) && marker.Length == 0)
                    throw new ConfigurationException([new($"{WatchOptions.Section}:{nameof(WatchOptions.Marker)}", null, "is empty, so no object can say that a study is complete.")]);
                var (videos, skipped) = SubmittedVideo.Find(result.GetRequiredValue(paths));
                if (videos.Count == 0)
                    throw new FileNotFoundException($"No video found under {string.Join(", ", result.GetRequiredValue(paths))}. Give a video, or a folder with videos.");
                using var connection = new S3Connection(values.Get<S3Options>());
                var upload = new S3Upload(connection, TimeProvider.System);
                var (name, first) = (result.GetRequiredValue(study), result.GetValue(urgent));
                var sent = await SendAsync(upload, videos, name, first, cancellation);
                if (result.GetValue(complete))
                    await upload.CompleteAsync(name, marker, first, cancellation);
                await Console.Out.WriteLineAsync(Summary(name, videos.Count, sent, skipped));
                return ExitCode.Done;
            },
            // The name cannot be an object key.
            fault => (fault as ArgumentException)?.Message);
        return command;
    }

    private static string Summary(string study, int videos, int sent, int skipped)
    {
        var present = videos > sent ? $", {videos - sent} were there" : "";
        var others = skipped > 0 ? $", {skipped} other files stay here" : "";
        return $"{sent} videos sent to study {ResultTable.Printable(study)}{present}{others}.";
    }

    /// <returns>The number of videos that the bucket did not have yet.</returns>
    private static async Task<int> SendAsync(S3Upload upload, IReadOnlyList<SubmittedVideo> videos, string study, bool urgent, CancellationToken cancellation)
    {
        var all = videos.Sum(video => video.Bytes);
        var display = new CountDisplay((done, of) => string.Create(CultureInfo.InvariantCulture, $"{done / 1e6:0} of {of / 1e6:0} MB"), Terminal.Error, TimeProvider.System);
        var (sent, bytes, showing) = (0, 0L, new Lock());
        await Parallel.ForEachAsync(videos, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation }, async (video, stopping) =>
        {
            if (!await upload.HasAsync(video.Path, study, video.Name, urgent, stopping))
            {
                await upload.PutAsync(video.Path, study, video.Name, urgent, stopping);
                Interlocked.Increment(ref sent);
            }
            lock (showing)
                display.Show(bytes += video.Bytes, all);
        });
        return sent;
    }
}
