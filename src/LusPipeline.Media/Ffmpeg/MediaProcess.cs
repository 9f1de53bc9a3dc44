using System.ComponentModel;
using System.Diagnostics;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// Runs ffprobe or ffmpeg to its end: output streamed to a reader, stderr drained, and the whole process tree killed
/// whenever the run ends otherwise.
/// </summary>
internal static class MediaProcess
{
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
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("FFREPORT");
        cancellation.ThrowIfCancellationRequested();
        using var process = Start(start);
        var stderr = Task.CompletedTask;
        try
        {
            process.StandardInput.Close();
            stderr = log.DrainAsync(process.StandardError, cancellation);
            if (!await readOutput(process.StandardOutput.BaseStream, cancellation).ConfigureAwait(false))
                return null;
            await stderr.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode;
        }
        finally
        {
            await EndAsync(process).ConfigureAwait(false);
            await stderr.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>128 + SIGXCPU: the limit of <c>-timelimit</c>.</summary>
    public const int CpuTimeExceeded = 152;

    /// <summary>A signal ended the process: .NET gives 128 + signal, ffmpeg gives 255 when it caught one.</summary>
    public static bool KilledBySignal(int exitCode) => exitCode > 128;

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            var process = Process.Start(start) ?? throw new UnreachableException("A new process was not started.");
            StandBack(process);
            return process;
        }
        catch (Win32Exception exception)
        {
            throw new BrokenEngineException(
                $"'{start.FileName}' cannot be started ({exception.Message}). Install ffmpeg 5.1 or later, or set {IngestOptions.Section}:Ffmpeg and {IngestOptions.Section}:Ffprobe to where it is.",
                exception);
        }
    }

    /// <summary>Decoding runs ahead of inference by many clips; whenever both want a core, the result that is nearer comes first.</summary>
    private static void StandBack(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception ended) when (ended is InvalidOperationException or Win32Exception && process.HasExited)
        {
            // It was done before it could be asked to.
        }
    }

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
