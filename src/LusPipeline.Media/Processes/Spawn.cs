using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Processes;

/// <summary>
/// Starts one program by <c>posix_spawn</c>, which runs no managed code in the new process. Restrictions of Landlock and seccomp belong to a thread, and a
/// process has those of the thread that started it. So a thread of its own restricts itself, starts the program, and ends.
/// </summary>
internal sealed unsafe class Spawn : IDisposable
{
    /// <summary>More than libc's structures need.</summary>
    private const nuint StructureBytes = 1024;

    /// <summary>Flags of <c>posix_spawnattr_setflags</c>: process group; signals by default and none blocked.</summary>
    private const short OwnGroup = 0x02;
    private const short DefaultSignals = 0x04 | 0x08;

    /// <summary><c>PR_SET_NO_NEW_PRIVS</c>.</summary>
    private const nint NoNewPrivileges = 38;

    private static readonly nint SystemCall = NativeCalls.Find("syscall");
    private static readonly nint PosixSpawn = NativeCalls.Find("posix_spawn");

    private readonly string _program;
    private readonly SafeFileHandle? _inherited;
    private readonly nint _path;
    private readonly nint* _arguments;
    private readonly nint* _variables;
    private readonly nint _attributes = Structure();
    private readonly nint _actions = Structure();
    private readonly nint _id = Structure();

    /// <param name="program">An absolute path.</param>
    /// <param name="input">Becomes the child's stdin.</param>
    /// <param name="output">Becomes the child's stdout.</param>
    /// <param name="error">Becomes the child's stderr.</param>
    public Spawn(string program, ChildStart start, SafePipeHandle input, SafePipeHandle output, SafePipeHandle error)
    {
        _program = program;
        _path = Marshal.StringToCoTaskMemUTF8(program);
        _arguments = Texts([program, .. start.Arguments]);
        _variables = Texts([.. ChildEnvironment.For(start.Environment).Select(variable => $"{variable.Key}={variable.Value}")]);
        SetAttributes();
        _ = SystemCalls.InitActions(_actions);
        foreach (var (pipe, number) in new[] { (input, 0), (output, 1), (error, 2) })
            _ = SystemCalls.AddDuplicate(_actions, (int)pipe.DangerousGetHandle(), number);
        _inherited = start.Inherited;
        // At last: one of the pipes may have this number.
        if (_inherited is not null)
            _ = SystemCalls.AddDuplicate(_actions, (int)_inherited.DangerousGetHandle(), ChildStart.InheritedNumber);
    }

    /// <summary>Starts the program without a sandbox.</summary>
    /// <returns>The new process's id.</returns>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public int Run()
    {
        Span<NativeCall> calls = [Start()];
        NativeCalls.Run(calls);
        return Started(calls);
    }

    /// <summary>Starts the program in a sandbox.</summary>
    /// <inheritdoc cref="Run"/>
    public int RunIn(ChildSandbox sandbox)
    {
        using var ruleset = sandbox.Level == SandboxLevel.Full ? Landlock.RulesetFor(_program, _inherited, sandbox) : null;
        var filter = SyscallFilter.For(sandbox);
        fixed (ulong* refused = filter, noThreads = SyscallFilter.NoThreads)
        {
            var first = new FilterProgram { Length = (ushort)filter.Length, Instructions = (nint)refused };
            var last = new FilterProgram { Length = (ushort)SyscallFilter.NoThreads.Length, Instructions = (nint)noThreads };
            var kept = Capabilities.OfChildren();
            Span<NativeCall> calls =
            [
                Call(SyscallFilter.ControlNumber, NoNewPrivileges, 1),
                Call(Capabilities.Set, (nint)(&kept), (nint)(&kept) + Capabilities.WordsOffset),
                .. ruleset is null ? Array.Empty<NativeCall>() : [Call(Landlock.RestrictSelf, ruleset.DangerousGetHandle())],
                Call(SyscallFilter.Number, SyscallFilter.SetFilter, SyscallFilter.AllowSpeculation, (nint)(&first)),
                Start(),
                // Whatever .NET still does on this thread, it makes no thread that would be restricted, too.
                Call(SyscallFilter.Number, SyscallFilter.SetFilter, SyscallFilter.AllowSpeculation, (nint)(&last)) with { Always = true },
            ];
            NativeCalls.RunOnOwnThread(calls);
            return Started(calls[..^1]);
        }
    }

    public void Dispose()
    {
        _ = SystemCalls.DestroyActions(_actions);
        _ = SystemCalls.DestroyAttributes(_attributes);
        foreach (var texts in new[] { (nint)_arguments, (nint)_variables })
        {
            for (var text = (nint*)texts; *text != 0; text++)
                Marshal.FreeCoTaskMem(*text);
            NativeMemory.Free((void*)texts);
        }
        Marshal.FreeCoTaskMem(_path);
        foreach (var structure in new[] { _attributes, _actions, _id })
            NativeMemory.Free((void*)structure);
    }

    private void SetAttributes()
    {
        var signals = Structure();
        _ = SystemCalls.InitAttributes(_attributes);
        _ = SystemCalls.SetFlags(_attributes, (short)(ProcessGroup.IsOwn ? OwnGroup | DefaultSignals : DefaultSignals));
        _ = SystemCalls.SetGroup(_attributes, 0);
        _ = SystemCalls.FillSignals(signals);
        _ = SystemCalls.SetDefaultSignals(_attributes, signals);
        _ = SystemCalls.EmptySignals(signals);
        _ = SystemCalls.SetSignalMask(_attributes, signals);
        NativeMemory.Free((void*)signals);
    }

    private NativeCall Start() => new()
    {
        Function = PosixSpawn,
        First = _id,
        Second = _path,
        Third = _actions,
        Fourth = _attributes,
        Fifth = (nint)_arguments,
        Sixth = (nint)_variables,
    };

    private int Started(ReadOnlySpan<NativeCall> calls)
    {
        foreach (var call in calls)
        {
            if (call.Failure is var failure and not 0)
            {
                throw call.Function == PosixSpawn
                    ? new Win32Exception(failure)
                    : new InvalidOperationException($"The sandbox of a child process is refused (system call {call.First}, error {failure}).");
            }
        }
        return *(int*)_id;
    }

    private static NativeCall Call(nint number, nint first, nint second = 0, nint third = 0) =>
        new() { Function = SystemCall, First = number, Second = first, Third = second, Fourth = third };

    private static nint Structure() => (nint)NativeMemory.AllocZeroed(StructureBytes);

    /// <summary>An array of texts that ends with a null pointer.</summary>
    private static nint* Texts(IReadOnlyList<string> texts)
    {
        var array = (nint*)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(nint));
        for (var index = 0; index < texts.Count; index++)
            array[index] = Marshal.StringToCoTaskMemUTF8(texts[index]);
        return array;
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }
}
