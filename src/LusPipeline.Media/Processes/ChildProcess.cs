using System.ComponentModel;

namespace LusPipeline.Media.Processes;

/// <summary>
/// The only place where this program starts another program. The child gets its arguments one by one, inherits no open files and only selected variables,
/// has limits that the kernel enforces, and runs in the kernel's sandbox if the start asks for it. Its pipes are drained.
/// When the run ends, everything that is left of the child's process group is killed.
/// </summary>
public static class ChildProcess
{
    /// <summary>ENOENT.</summary>
    private const int NoSuchFile = 2;

    /// <summary>Arguments of <c>setpriority</c>.</summary>
    private const int OfProcess = 0;
    private const int LowPriority = 10;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="start">The program and its limits.</param>
    /// <param name="pipes">The handlers of its stdin, stdout and stderr.</param>
    /// <param name="cancellation">Kills the child.</param>
    /// <exception cref="ChildNotStartedException">The program cannot be started.</exception>
    public static async Task<ChildExit> RunAsync(ChildStart start, ChildPipes pipes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(pipes);
        cancellation.ThrowIfCancellationRequested();
        using var child = Start(start);
        if (start.MaxTime is null && start.MaxResidentBytes is null)
            return new(await FollowAsync(child, pipes, cancellation).ConfigureAwait(false));
        var limits = new ChildLimits(child.Id, start, cancellation);
        await using (limits.ConfigureAwait(false))
        {
            try
            {
                return new(await FollowAsync(child, pipes, limits.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (limits.Exceeded != ChildLimit.None && !cancellation.IsCancellationRequested)
            {
                return new(null, limits.Exceeded);
            }
        }
    }

    /// <returns>The exit code, or null if the reader of stdout returned early.</returns>
    private static async Task<int?> FollowAsync(SpawnedChild child, ChildPipes pipes, CancellationToken cancellation)
    {
        var (input, error) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            if (pipes.Input is null)
                child.Input.Close();
            else
                input = FeedAsync(child.Input, pipes.Input, cancellation);
            error = pipes.Error(child.Error, cancellation);
            var output = child.Output;
            if (pipes.Output is null)
                await output.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
            else if (!await pipes.Output(output, cancellation).ConfigureAwait(false))
                return null;
            await input.ConfigureAwait(false);
            await error.ConfigureAwait(false);
            return await child.Ended.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            child.Kill();
            await child.Ended.ConfigureAwait(false);
            await input.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await error.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FeedAsync(Stream stream, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        try
        {
            try
            {
                await write(stream, cancellation).ConfigureAwait(false);
            }
            finally
            {
                stream.Close();
            }
        }
        catch (IOException) when (!cancellation.IsCancellationRequested)
        {
            // The child ended before it read all of its input. Its exit code and stderr explain why.
        }
    }

    private static SpawnedChild Start(ChildStart start)
    {
        var program = ProgramPath.Find(start.Program) ?? throw new ChildNotStartedException(start.Program, new Win32Exception(NoSuchFile));
        OpenDescriptors.KeepFromChildren();
        try
        {
            var child = SpawnedChild.Start(program, start);
            ResourceLimits.Set(child.Id, start);
            if (start.InBackground)
                _ = SystemCalls.SetPriority(OfProcess, child.Id, LowPriority);
            return child;
        }
        catch (Win32Exception refused)
        {
            throw new ChildNotStartedException(start.Program, refused);
        }
    }
}
