using System.Runtime.InteropServices;

namespace LusPipeline.Media.Processes;

/// <summary>Sets limits that the kernel enforces on a child, even if this process ends: <c>prlimit(2)</c>.</summary>
internal static partial class ResourceLimits
{
    /// <summary>Constants of <c>sys/resource.h</c>; the same on x64 and arm64.</summary>
    private const int ProcessorSeconds = 0;
    private const int FileBytes = 1;
    private const int CoreBytes = 4;
    private const int AddressSpaceBytes = 9;

    /// <summary>ESRCH: the process has ended already.</summary>
    private const int NoSuchProcess = 3;

    /// <summary>Sets the limits of a process that was just started. It has then run its own code for less than a millisecond.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses a limit.</exception>
    public static void Set(int process, ChildStart start)
    {
        Set(process, CoreBytes, 0);
        if (start.MaxProcessorTime is { } time)
            Set(process, ProcessorSeconds, (ulong)Math.Ceiling(time.TotalSeconds));
        if (start.MaxFileBytes is { } file)
            Set(process, FileBytes, (ulong)file);
        if (start.MaxAddressSpace is { } memory)
            Set(process, AddressSpaceBytes, (ulong)memory);
    }

    private static void Set(int process, int resource, ulong most)
    {
        var limit = new Limit { Soft = most, Hard = most };
        if (SetLimit(process, resource, in limit, IntPtr.Zero) == 0 || Marshal.GetLastPInvokeError() == NoSuchProcess)
            return;
        throw new InvalidOperationException($"A limit of a child process cannot be set (resource {resource}, error {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int SetLimit(int process, int resource, in Limit limit, IntPtr old);

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
