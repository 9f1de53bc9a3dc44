using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LusPipeline.Media.Processes;

/// <summary>One call of a native function with up to six arguments, and what came of it.</summary>
internal struct NativeCall
{
    public nint Function;
    public nint First;
    public nint Second;
    public nint Third;
    public nint Fourth;
    public nint Fifth;
    public nint Sixth;

    /// <summary>Whether the call is also made after an earlier one failed.</summary>
    public bool Always;

    /// <summary>0 if the call succeeded, an error number, or -1 for the one in <see cref="Error"/>.</summary>
    public int Result;

    public int Error;

    /// <summary>The number of the error; 0 for none.</summary>
    public readonly int Failure => Result == -1 ? Error : Result;
}

/// <summary>
/// Makes native calls in a row on one thread, without any managed code between them. A thread that restricts itself, starts a process and ends must not do
/// anything else: another thread that .NET made on it would have its restrictions, too.
/// </summary>
internal static unsafe class NativeCalls
{
    private const int StackSize = 256 << 10;

    private static readonly nint Libc = NativeLibrary.Load("libc", typeof(NativeCalls).Assembly, null);
    private static readonly nint ErrorLocation = Find("__errno_location");

    static NativeCalls()
    {
        // .NET compiles the method and its call stub now, not on the thread that restricts itself.
        var harmless = new NativeCall { Function = Find("getpgrp") };
        Run(&harmless, 1, ErrorLocation);
    }

    /// <summary>The address of a function of libc.</summary>
    public static nint Find(string function) => NativeLibrary.GetExport(Libc, function);

    /// <summary>Makes the calls on this thread. A failed one ends the row, except for calls that are always made.</summary>
    public static void Run(Span<NativeCall> calls)
    {
        fixed (NativeCall* first = calls)
            Run(first, calls.Length, ErrorLocation);
    }

    /// <summary>Makes the calls on a thread of their own, which ends afterwards, and waits for it.</summary>
    public static void RunOnOwnThread(Span<NativeCall> calls)
    {
        fixed (NativeCall* first = calls)
        {
            var row = new Row { First = (nint)first, Count = calls.Length };
            var thread = new Thread(row.Run, StackSize) { IsBackground = true };
            thread.Start();
            thread.Join();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run(NativeCall* calls, int count, nint errorLocation)
    {
        var failed = false;
        for (var call = calls; call < calls + count; call++)
        {
            if (failed && !call->Always)
                continue;
            var function = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint>)call->Function;
            call->Result = (int)function(call->First, call->Second, call->Third, call->Fourth, call->Fifth, call->Sixth);
            if (call->Result == 0)
                continue;
            failed = true;
            function = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint>)errorLocation;
            call->Error = *(int*)function(0, 0, 0, 0, 0, 0);
        }
    }

    private sealed class Row
    {
        public required nint First { get; init; }

        public required int Count { get; init; }

        public void Run() => NativeCalls.Run((NativeCall*)First, Count, ErrorLocation);
    }
}
