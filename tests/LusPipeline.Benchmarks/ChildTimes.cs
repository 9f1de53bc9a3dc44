using System.Runtime.InteropServices;

namespace LusPipeline.Benchmarks;

/// <summary>CPU time of ended children, by getrusage(2).</summary>
internal static partial class ChildTimes
{
    private const int Children = -1;

    public static TimeSpan Now()
    {
        if (GetUsage(Children, out var usage) != 0)
            throw new InvalidOperationException("getrusage failed.");
        return TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds) + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, out Usage usage);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
        public fixed long Rest[14];
    }
}
