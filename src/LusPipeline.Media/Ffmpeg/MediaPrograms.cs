using System.Globalization;
using System.Text;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Checks ffmpeg and ffprobe without a video.</summary>
public static class MediaPrograms
{
    /// <returns>The first line of the program's version text.</returns>
    /// <exception cref="BrokenEngineException">The program cannot be started, or fails.</exception>
    public static async Task<string> VersionAsync(string program, CancellationToken cancellation)
    {
        var (exitCode, output) = await RunAsync(program, ["-version"], cancellation).ConfigureAwait(false);
        return exitCode == 0
            ? output.Split('\n')[0].Trim()
            : throw new BrokenEngineException($"'{program} -version' ends with {exitCode}. Install ffmpeg 5.1 or later.");
    }

    /// <summary>Has ffmpeg generate a test video of one second.</summary>
    /// <param name="ffmpeg">The program's name or path.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="frames">Number of frames in that second.</param>
    /// <exception cref="BrokenEngineException">The program cannot be started, or fails.</exception>
    public static async Task DrawAsync(string ffmpeg, string path, int frames, CancellationToken cancellation)
    {
        var source = string.Create(CultureInfo.InvariantCulture, $"testsrc=size=320x240:rate={frames}:duration=1");
        var (exitCode, _) = await RunAsync(
            ffmpeg, ["-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-y", "file:" + path], cancellation).ConfigureAwait(false);
        if (exitCode != 0)
            throw new BrokenEngineException($"'{ffmpeg}' does not draw a test video (exit {exitCode}): it lacks the lavfi device or the mpeg4 encoder. Install your distribution's package ffmpeg.");
    }

    private static async Task<(int? ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        var exitCode = await MediaProcess.RunAsync(
            new(program, arguments), new MediaLog(""),
            async (stream, stopping) =>
            {
                await stream.CopyToAsync(output, stopping).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()));
    }
}
