using System.Diagnostics;
using System.Globalization;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>The real model on real videos: workers of all stages as one process against <c>lus run</c>, each with all servers on the same machine.</summary>
internal static class RealWorkersBenchmark
{
    public static async Task MeasureAsync(string videos, string lus, string? variant)
    {
        using var home = new TemporaryFolder();
        string[] chosen = variant is null ? [] : ["--variant", variant];
        var files = Directory.EnumerateFiles(videos).Order(StringComparer.Ordinal).ToList();
        await using var servers = await BenchServers.StartAsync();
        var settings = await servers.PlaceAsync("xception-lstm");
        if (variant is not null)
            settings["Model:Variant"] = variant;

        var run = await WatchedRun.StartAsync(lus, ["run", videos, "--home", home.Path, "--json", .. chosen]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lus run      {files.Count} videos in {run.Wall.TotalSeconds:F1} s, {files.Count * 20 / run.Wall.TotalSeconds:F2} frames/s"));

        using (var connection = new S3Connection(BenchServers.Load(settings).Get<S3Options>()))
        {
            var upload = new S3Upload(connection, TimeProvider.System);
            foreach (var (index, file) in files.Index())
                await upload.PutAsync(file, $"study{index / 4}", Path.GetFileName(file), urgent: false, CancellationToken.None);
        }
        await using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = settings["Database:ConnectionString"] })();
        var watch = Stopwatch.StartNew();
        TimeSpan wall;
        await using (var worker = new WorkerProcess(lus, settings))
        {
            await worker.UntilAsync(
                async () => await ledger.Videos.CountAsync(video => video.Status == WorkStatus.Done) == files.Count, TimeSpan.FromMilliseconds(100));
            wall = watch.Elapsed;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lus worker   {files.Count} videos in {wall.TotalSeconds:F1} s, {files.Count * 20 / wall.TotalSeconds:F2} frames/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"share        {run.Wall / wall:F3}"));
    }
}
