using System.Text.RegularExpressions;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Processes;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks of ffmpeg and ffprobe: their versions, and that they cut clips from a video.</summary>
internal static partial class MediaChecks
{
    private const int Frames = 20;
    private const int Side = 64;

    /// <summary>The first version that knows <c>-fps_mode</c>.</summary>
    private static readonly Version Oldest = new(5, 1);

    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        var (options, media) = (settings.Get<IngestOptions>(), settings.Get<MediaOptions>());
        return
        [
            new("ffmpeg", cancellation => VersionAsync(options.Ffmpeg, cancellation)),
            new("ffprobe", cancellation => VersionAsync(options.Ffprobe, cancellation)),
            new("sandbox", _ => Task.FromResult(Sandbox(media))),
            new("decoding", cancellation => DecodeAsync(options, media, cancellation)),
        ];
    }

    private static async Task<CheckOutcome> VersionAsync(string program, CancellationToken cancellation)
    {
        var said = await MediaPrograms.VersionAsync(program, cancellation).ConfigureAwait(false);
        if (VersionText().Match(said) is not { Success: true } match)
            return CheckOutcome.Failed($"'{program} -version' says '{said}'. Install ffmpeg {Oldest} or later");
        // Builds from ffmpeg's repository have no version number. Their version starts with N- and counts commits.
        return Version.TryParse(match.Groups["number"].Value, out var version) && version < Oldest
            ? CheckOutcome.Failed($"{program} is {version}: {Oldest} or later is needed")
            : CheckOutcome.Passed(match.Groups["version"].Value);
    }

    /// <summary>Which level of the sandbox the children run in.</summary>
    private static CheckOutcome Sandbox(MediaOptions media)
    {
        var level = KernelSandbox.For(media.Sandbox);
        var text = $"{media.Sandbox.ToString().ToLowerInvariant()}: {KernelSandbox.Describe(level)}";
        return media.Sandbox == SandboxMode.Off ? CheckOutcome.LeftOut(text) : CheckOutcome.Passed(text);
    }

    /// <summary>Lets ffmpeg generate a second of video, and cuts a clip from it as the ingest stage does.</summary>
    private static async Task<CheckOutcome> DecodeAsync(IngestOptions options, MediaOptions media, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("lus-doctor-").FullName;
        try
        {
            var video = Path.Combine(folder, "drawn.avi");
            await MediaPrograms.DrawAsync(options.Ffmpeg, video, Frames, cancellation).ConfigureAwait(false);
            File.SetLastWriteTimeUtc(video, DateTime.UtcNow.AddMinutes(-1));
            using var videos = new OfflineVideos([video], new VideoLimits(), options, media, TimeProvider.System);
            await foreach (var cut in videos.CutAsync(await videos.ListAsync(cancellation).ConfigureAwait(false), [new ClipShape(Frames, Side, Side)], cancellation).ConfigureAwait(false))
            {
                return cut.Rejection is { } rejection
                    ? CheckOutcome.Failed($"a test video is refused ({rejection.Reason}): {rejection.Detail}")
                    : CheckOutcome.Passed($"a drawn video of {Frames} frames became a clip");
            }
            return CheckOutcome.Failed($"a test video in {folder} was not found again. Check that the folder for temporary files can be read");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"version (?<version>n?(?<number>\d+\.\d+)?\S*)")]
    private static partial Regex VersionText();
}
