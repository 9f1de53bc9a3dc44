using System.ComponentModel;
using System.Diagnostics;

namespace LusPipeline.Media.Processes;

/// <summary>
/// The one place where this program starts another. The child gets its arguments one by one, its pipes are drained, and its whole process
/// tree is killed whenever the run ends before the child does.
/// </summary>
public static class ChildProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="start">The program and its limits.</param>
    /// <param name="pipes">What is written to it and read from it.</param>
    /// <param name="cancellation">Kills the child.</param>
    /// <exception cref="ChildNotStartedException">The program cannot be started.</exception>
    public static async Task<ChildExit> RunAsync(ChildStart start, ChildPipes pipes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(pipes);
        cancellation.ThrowIfCancellationRequested();
        using var process = Start(start);
        if (start.MaxTime is null && start.MaxResidentBytes is null)
            return new(await FollowAsync(process, pipes, cancellation).ConfigureAwait(false));
        var limits = new ChildLimits(process, start, cancellation);
        await using (limits.ConfigureAwait(false))
        {
            try
            {
                return new(await FollowAsync(process, pipes, limits.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (limits.Exceeded != ChildLimit.None && !cancellation.IsCancellationRequested)
            {
                return new(null, limits.Exceeded);
            }
        }
    }

    /// <returns>The exit code, or null when the reader of the output had enough.</returns>
    private static async Task<int?> FollowAsync(Process process, ChildPipes pipes, CancellationToken cancellation)
    {
        var (input, error) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            if (pipes.Input is null)
                process.StandardInput.Close();
            else
                input = FeedAsync(process, pipes.Input, cancellation);
            error = pipes.Error(process.StandardError, cancellation);
            var output = process.StandardOutput.BaseStream;
            if (pipes.Output is null)
                await output.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
            else if (!await pipes.Output(output, cancellation).ConfigureAwait(false))
                return null;
            await input.ConfigureAwait(false);
            await error.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode;
        }
        finally
        {
            await EndAsync(process).ConfigureAwait(false);
            await input.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await error.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FeedAsync(Process process, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        try
        {
            try
            {
                await write(process.StandardInput.BaseStream, cancellation).ConfigureAwait(false);
            }
            finally
            {
                process.StandardInput.Close();
            }
        }
        catch (IOException) when (!cancellation.IsCancellationRequested)
        {
            // The child ended before it had read all. Its exit code and what it says tell why.
        }
    }

    private static Process Start(ChildStart start)
    {
        var info = new ProcessStartInfo(start.Program, start.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in start.Environment)
        {
            if (value is null)
                info.Environment.Remove(name);
            else
                info.Environment[name] = value;
        }
        try
        {
            var process = Process.Start(info) ?? throw new UnreachableException("A new process was not started.");
            if (start.InBackground)
                StandBack(process);
            return process;
        }
        catch (Win32Exception refused)
        {
            throw new ChildNotStartedException(start.Program, refused);
        }
    }

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
