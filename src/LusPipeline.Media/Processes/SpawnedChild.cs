using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;

namespace LusPipeline.Media.Processes;

/// <summary>
/// A process that this one has started: its pipes, its end, and its process group (<see cref="ProcessGroup"/>), which is killed as a whole. .NET's own class for processes can neither
/// restrict a child before its program runs nor give it a group.
/// </summary>
internal sealed class SpawnedChild : IDisposable
{
    private const int KillSignal = 9;

    /// <summary>A pipe holds a few frames, not a part of one: the kernel's own 64 KiB make both sides wait for each other ten times a frame.</summary>
    private const int FrameBytes = 1 << 20;

    /// <summary>Arguments of <c>waitid</c>: one process; it ends and stays a zombie.</summary>
    private const int OneProcess = 1;
    private const int EndedButKept = 4 | 0x01000000;
    private const int InformationBytes = 128;

    /// <summary>EINTR.</summary>
    private const int Interrupted = 4;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AnonymousPipeServerStream _input;
    private readonly AnonymousPipeServerStream _output;
    private readonly AnonymousPipeServerStream _error;
    private bool _reaped;

    private SpawnedChild(int id, AnonymousPipeServerStream input, AnonymousPipeServerStream output, AnonymousPipeServerStream error)
    {
        (Id, _input, _output, _error) = (id, input, output, error);
        Error = new StreamReader(error, Encoding.UTF8);
        new Thread(WaitForEnd) { IsBackground = true }.Start();
    }

    public int Id { get; }

    /// <summary>The target of <c>kill(2)</c>: the group, or the child alone.</summary>
    private int Target => ProcessGroup.IsOwn ? -Id : Id;

    /// <summary>Writes the child's stdin.</summary>
    public Stream Input => _input;

    /// <summary>Reads the child's stdout.</summary>
    public Stream Output => _output;

    /// <summary>Reads the child's stderr.</summary>
    public StreamReader Error { get; }

    /// <summary>Ends with the child. The result is its exit code, or 128 plus the number of the signal that ended it.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Starts a program in a process group of its own.</summary>
    /// <param name="program">An absolute path.</param>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static SpawnedChild Start(string program, ChildStart start)
    {
        var input = Pipe(PipeDirection.Out, FrameBytes);
        var output = Pipe(PipeDirection.In, FrameBytes);
        var error = new AnonymousPipeServerStream(PipeDirection.In);
        try
        {
            using var spawn = new Spawn(program, start, input.ClientSafePipeHandle, output.ClientSafePipeHandle, error.ClientSafePipeHandle);
            var id = start.Sandbox is null or { Level: SandboxLevel.None } ? spawn.Run() : spawn.RunIn(start.Sandbox);
            foreach (var pipe in new[] { input, output, error })
                pipe.DisposeLocalCopyOfClientHandle();
            return new(id, input, output, error);
        }
        catch
        {
            input.Dispose();
            output.Dispose();
            error.Dispose();
            throw;
        }
    }

    /// <summary>Makes a pipe. The kernel bounds the memory of a user's pipes: above that a pipe has the kernel's own size.</summary>
    /// <param name="direction">As this process sees it.</param>
    /// <param name="bytes">How much it should hold.</param>
    internal static AnonymousPipeServerStream Pipe(PipeDirection direction, int bytes)
    {
        try
        {
            return new(direction, HandleInheritability.None, bytes);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new(direction);
        }
    }

    /// <summary>Kills the child and all of its group.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            // The number of a group whose first process was reaped may be another's.
            if (!_reaped)
                _ = SystemCalls.Kill(Target, KillSignal);
        }
    }

    public void Dispose()
    {
        Error.Dispose();
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private unsafe void WaitForEnd()
    {
        var information = stackalloc byte[InformationBytes];
        while (SystemCalls.WaitFor(OneProcess, Id, information, EndedButKept) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                _ended.SetException(new InvalidOperationException($"The end of a child process is not known (error {error})."));
                return;
            }
        }
        int status;
        lock (_gate)
        {
            // Whatever it started and left behind.
            _ = SystemCalls.Kill(Target, KillSignal);
            _ = SystemCalls.Reap(Id, out status, 0);
            _reaped = true;
        }
        var signal = status & 0x7f;
        _ended.SetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
    }
}
