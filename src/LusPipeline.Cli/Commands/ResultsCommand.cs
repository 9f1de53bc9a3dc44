using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Exporting;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus results</c></summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var study = new Option<string[]>("--study") { Description = "Only these studies", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var since = SinceOption.Create("--since", "Only studies that were first seen or completed since then: an age such as 12h or 7d, or a UTC time");
        var limit = LimitOption.Create("videos");
        var labels = new Option<string?>("--labels")
        {
            Description = "csv with the columns file and label, or the word 'folders': adds accuracy and the confusion matrix, over all videos",
            HelpName = "FILE",
        };
        var format = OutputFormat.OrParquet();
        var folder = new Option<string?>("--out") { Description = "Folder for the files of --format parquet; days that are there are written anew", HelpName = "FOLDER" };
        var withNames = new Option<bool>("--names") { Description = "Parquet files have the names of studies and videos, which may be a patient's, beside their ids" };
        var command = new Command("results", "Print the results of videos, by study") { study, since, limit, labels, format, folder, withNames }.WithExamples(
            "lus results",
            "lus results --study patient1",
            "lus results --since 12h",
            "lus results --labels videos.csv",
            "lus results --format csv > results.csv",
            "lus results --format parquet --out results/ --since 2d",
            "LUS__Database__ConnectionString__File=/run/secrets/database lus results");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            var known = result.GetValue(labels) is { } source ? VideoLabels.Read(source) : null;
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var filter = new StudyFilter
            {
                Names = result.GetRequiredValue(study) is { Length: > 0 } names ? names : null,
                Since = result.GetValue(since),
            };
            var how = result.GetRequiredValue(format);
            if (how == OutputFormat.Parquet)
                return await ExportAsync(opened.Open, filter, result.GetValue(folder), result.GetValue(withNames), cancellation);
            var most = result.GetValue(limit) ?? (how == OutputFormat.Table && known is null ? LimitOption.OfTables : int.MaxValue);
            var studies = TakeAsync(new ResultReader(opened.Open).StreamAsync(filter, cancellation), most, cancellation);
            await (how switch
            {
                OutputFormat.Json => WriteJsonAsync(studies),
                OutputFormat.Csv => WriteCsvAsync(studies, known),
                _ => WriteTableAsync(studies, known),
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> ExportAsync(Func<LedgerContext> open, StudyFilter filter, string? folder, bool names, CancellationToken cancellation)
    {
        if (folder is null)
        {
            await Console.Error.WriteLineAsync("lus: --format parquet writes files. Name their folder with --out.");
            return ExitCode.Error;
        }
        var export = new ParquetExport(folder, names);
        await export.WriteAsync(new ResultReader(open).StreamDaysAsync(filter, cancellation), cancellation);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{export.Studies} studies of {export.Days} days are in {folder}: studies, videos and clips."));
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
        return ExitCode.Done;
    }

    /// <summary>Yields studies with their videos until the limit on videos is reached. If there are more, it says so.</summary>
    private static async IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> TakeAsync(
        IAsyncEnumerable<StudyResult> studies, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var left = most;
        await foreach (var study in studies.WithCancellation(cancellation))
        {
            var videos = study.Videos.Take(left).ToList();
            if (videos.Count > 0 || study.Videos.Count == 0)
                yield return (study, videos);
            left -= videos.Count;
            if (videos.Count == study.Videos.Count)
                continue;
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The first {most} videos; there are more. --study and --since choose, --limit N prints more, --format csv prints all."));
            yield break;
        }
    }

    private static async Task WriteJsonAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies)
    {
        await foreach (var (study, videos) in studies)
        {
            foreach (var video in videos)
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(VideoJson.From(video, cached: true), CliJson.Lines.VideoJson));
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(StudyJson.From(study), CliJson.Lines.StudyJson));
        }
    }

    private static async Task WriteCsvAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies, VideoLabels? labels)
    {
        await using var csv = new CsvWriter(Console.Out, CultureInfo.InvariantCulture, leaveOpen: true);
        csv.WriteHeader<ResultLine>();
        await csv.NextRecordAsync();
        await foreach (var (_, videos) in studies)
        {
            foreach (var video in videos)
            {
                csv.WriteRecord(new ResultLine(video, labels?.Find(video)));
                await csv.NextRecordAsync();
            }
        }
    }

    private static async Task WriteTableAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies, VideoLabels? labels)
    {
        var videos = new List<VideoResult>();
        await foreach (var (_, own) in studies)
            videos.AddRange(own);
        Terminal.Output.Write(ResultTable.Videos(videos));
        if (labels is not null)
            ConfusionMatrix.Count(videos, labels).WriteTo(Terminal.Output);
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
    }
}
