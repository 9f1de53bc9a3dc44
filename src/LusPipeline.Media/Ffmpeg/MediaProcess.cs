using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Runs ffprobe or ffmpeg to its end. A reader receives stdout as a stream; a log receives stderr.</summary>
internal static class MediaProcess
{
    /// <summary>Reads a video with a media process. The kernel enforces the process's limits, even if this process is killed meanwhile.</summary>
    /// <param name="program">The path of ffmpeg or ffprobe.</param>
    /// <param name="options">The settings that limit the process's memory and time.</param>
    /// <param name="media">The mode of the sandbox. In the whole one the process can open no file of the user's but the video.</param>
    /// <param name="source">The video. The process inherits it as an open file.</param>
    /// <inheritdoc cref="RunAsync(ChildStart, MediaLog, Func{Stream, CancellationToken, Task{bool}}, CancellationToken, Func{Stream, CancellationToken, Task})"/>
    public static async Task<int?> ReadVideoAsync(
        string program, IReadOnlyList<string> arguments, IngestOptions options, MediaOptions media, VideoSource source, MediaLog log,
        Func<Stream, CancellationToken, Task<bool>> readOutput, CancellationToken cancellation)
    {
        using var video = source.OpenForChild();
        var start = new ChildStart(program, arguments)
        {
            // Decoding is many clips ahead of inference. If both want a core, inference goes first, because its result is nearer.
            InBackground = true,
            // This process applies its own limit first.
            MaxProcessorTime = options.DecodeTimeout + TimeSpan.FromSeconds(1),
            MaxAddressSpace = options.MaxDecoderBytes,
            MaxFileBytes = 0,
            Inherited = video,
            Sandbox = new ChildSandbox(KernelSandbox.For(media.Sandbox)),
        };
        return await RunAsync(start, log, readOutput, cancellation, source.Feed?.WriteAsync).ConfigureAwait(false);
    }

    /// <param name="start">The program, its arguments and limits.</param>
    /// <param name="log">Takes stderr.</param>
    /// <param name="readOutput">Reads stdout. If it returns before the end of stdout, the process is killed.</param>
    /// <param name="cancellation">Kills the process.</param>
    /// <param name="writeInput">Writes stdin; null for a process that reads none.</param>
    /// <returns>The exit code, or null if <paramref name="readOutput"/> returned early.</returns>
    /// <exception cref="BrokenEngineException">The program cannot be started.</exception>
    public static async Task<int?> RunAsync(
        ChildStart start, MediaLog log, Func<Stream, CancellationToken, Task<bool>> readOutput, CancellationToken cancellation,
        Func<Stream, CancellationToken, Task>? writeInput = null)
    {
        try
        {
            var pipes = new ChildPipes(log.DrainAsync) { Input = writeInput, Output = readOutput };
            return (await ChildProcess.RunAsync(start, pipes, cancellation).ConfigureAwait(false)).Code;
        }
        catch (ChildNotStartedException missing)
        {
            throw new BrokenEngineException(
                $"'{start.Program}' cannot be started ({missing.Cause}). Install ffmpeg 5.1 or later, or set {IngestOptions.Section}:Ffmpeg and {IngestOptions.Section}:Ffprobe to where it is.",
                missing.InnerException);
        }
    }

    /// <summary>The exit code of a process that reached its limit on processor time: 128 + SIGXCPU.</summary>
    public const int CpuTimeExceeded = 152;

    /// <summary>Whether a signal ended the process. .NET returns 128 + signal; ffmpeg itself returns 255 if it caught one.</summary>
    public static bool KilledBySignal(int exitCode) => exitCode > 128;
}
