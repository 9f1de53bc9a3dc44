using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Runs ffprobe or ffmpeg to its end: output streamed to a reader, stderr drained into a log.</summary>
internal static class MediaProcess
{
    /// <summary>Where it is set, ffmpeg writes a file with all its arguments.</summary>
    private static readonly Dictionary<string, string?> NoReport = new() { ["FFREPORT"] = null };

    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Passed one by one, never through a shell.</param>
    /// <param name="log">Takes stderr.</param>
    /// <param name="readOutput">Reads stdout. Returning before its end kills the process.</param>
    /// <param name="cancellation">Kills the process.</param>
    /// <returns>The exit code, or null when <paramref name="readOutput"/> had enough.</returns>
    /// <exception cref="BrokenEngineException">The program cannot be started.</exception>
    public static async Task<int?> RunAsync(
        string program, IReadOnlyList<string> arguments, MediaLog log,
        Func<Stream, CancellationToken, Task<bool>> readOutput, CancellationToken cancellation)
    {
        // Decoding runs ahead of inference by many clips; whenever both want a core, the result that is nearer comes first.
        var start = new ChildStart(program, arguments) { Environment = NoReport, InBackground = true };
        try
        {
            return (await ChildProcess.RunAsync(start, new(log.DrainAsync) { Output = readOutput }, cancellation).ConfigureAwait(false)).Code;
        }
        catch (ChildNotStartedException missing)
        {
            throw new BrokenEngineException(
                $"'{program}' cannot be started ({missing.Cause}). Install ffmpeg 5.1 or later, or set {IngestOptions.Section}:Ffmpeg and {IngestOptions.Section}:Ffprobe to where it is.",
                missing.InnerException);
        }
    }

    /// <summary>128 + SIGXCPU: the limit of <c>-timelimit</c>.</summary>
    public const int CpuTimeExceeded = 152;

    /// <summary>A signal ended the process: .NET gives 128 + signal, ffmpeg gives 255 when it caught one.</summary>
    public static bool KilledBySignal(int exitCode) => exitCode > 128;
}
