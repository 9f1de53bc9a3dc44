using System.Runtime.InteropServices;

namespace LusPipeline.Media.Processes;

/// <summary>Keeps files and sockets of this process from child processes.</summary>
internal static partial class OpenDescriptors
{
    /// <summary>The system call number of <c>close_range(2)</c>, Linux 5.9 and later. It is the same on all architectures.</summary>
    private const nint CloseRange = 436;
    private const nint FirstAfterPipes = 3;
    private const nint Last = int.MaxValue;
    private const nint CloseOnExec = 4;

    /// <summary>
    /// Tells the kernel to close all open files except the pipes when a child starts. .NET opens its own files this way. Files that a shell left open for
    /// this process, or that native libraries opened, may not have that flag. Kernels without this call leave those files as they are.
    /// </summary>
    public static void KeepFromChildren() => _ = Call(CloseRange, FirstAfterPipes, Last, CloseOnExec);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, nint last, nint flags);
}
