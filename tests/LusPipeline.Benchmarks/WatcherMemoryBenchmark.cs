using System.Diagnostics;
using System.Globalization;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Studies;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.Benchmarks;

/// <summary>
/// The memory of a watcher that has a very large bucket before it. The objects are hidden files, which are no videos: the watcher remembers them as it
/// remembers finished videos, and no ledger of that size is needed.
/// </summary>
internal static class WatcherMemoryBenchmark
{
    public static async Task MeasureAsync(int objects, int port)
    {
        await using var server = new EndlessBucket(port, objects);
        server.Start();
        using var connection = new S3Connection(new S3Options { Name = "bucket", Endpoint = server.Address, AccessKey = "bench", SecretKey = "bench" });
        var seen = new SeenObjects();
        var scan = new BucketScan(new S3VideoBucket(connection, TimeProvider.System), stable: null, new VideoLimits()) { Chunk = 1000, Seen = seen };
        Console.WriteLine($"{"",-24} seconds  CPU seconds  live MiB  process MiB");
        Print("before", TimeSpan.Zero, TimeSpan.Zero);
        foreach (var look in new[] { "first listing", "second listing" })
        {
            var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            await foreach (var chunk in scan.ListAsync(default))
                throw new InvalidOperationException($"{chunk.Count} objects are taken for videos.");
            seen.Finish();
            Print(look, watch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
        }
        Console.WriteLine($"{"peak of the process",-24} {File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal))}");
    }

    private static void Print(string what, TimeSpan wall, TimeSpan cpu) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-24} {wall.TotalSeconds,7:F1}  {cpu.TotalSeconds,11:F1}  {GC.GetTotalMemory(forceFullCollection: true) >> 20,8}  {Environment.WorkingSet >> 20,11}"));
}
