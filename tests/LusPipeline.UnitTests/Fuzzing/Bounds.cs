namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>What reading one small damaged file may cost.</summary>
internal static class Bounds
{
    /// <summary>All that is allocated, one after another. What is held at a time has the limit of <see cref="OwnProcess"/>.</summary>
    private const long MaxAllocation = 2L << 30;

    /// <summary>Processor time of the process, which does nothing else: a busy machine lets it wait. Looking in vain for half a gigabyte takes some seconds of it.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    /// <summary>Fails when the work takes too long, takes too much memory, or throws anything but an error that names the file.</summary>
    /// <typeparam name="TError">The error that users get to see.</typeparam>
    /// <returns>Whether the work was done.</returns>
    public static bool Hold<TError>(string path, Action read)
        where TError : Exception
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var used = Environment.CpuUsage.TotalTime;
        try
        {
            read();
            return true;
        }
        catch (TError fault)
        {
            Assert.Contains(path, fault.Message, StringComparison.Ordinal);
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation);
            Assert.InRange(Environment.CpuUsage.TotalTime - used, TimeSpan.Zero, MaxTime);
        }
    }
}
