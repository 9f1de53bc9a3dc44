using System.Globalization;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>
/// The features stage of a worker by itself, with the whole bundle and with its slim form (<c>Model:Fast</c>), in turns: ingest has cut all clips before, and
/// the head's stage does not run.
/// </summary>
internal static class FastBenchmark
{
    /// <summary>Clips at the start and at the end that are not counted: there a worker still loads, or has nothing to fetch meanwhile.</summary>
    private const int Margin = 4;

    public static async Task MeasureAsync(string videos, string lus, string variant, int count, int rounds)
    {
        string[] files = [.. Directory.EnumerateFiles(videos).Order(StringComparer.Ordinal).Take(count)];
        await using var servers = await BenchServers.StartAsync();
        Console.WriteLine($"{variant}, {files.Length} clips, {Environment.ProcessorCount} cores\nround  form   clips/s");
        var rates = new List<(bool Fast, double Rate)>();
        foreach (var (round, fast) in WholeAndSlim.Turns(rounds))
        {
            var rate = await RateAsync(servers, lus, variant, files, fast);
            rates.Add((fast, rate));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{round,5}  {(fast ? "slim" : "whole"),-5}  {rate,7:F3}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians: slim {Median(fast: true):F3}, whole {Median(fast: false):F3}: {Median(fast: true) / Median(fast: false):F2} times"));

        double Median(bool fast) => WholeAndSlim.Median(rates.Where(one => one.Fast == fast).Select(one => one.Rate));
    }

    /// <returns>Clips a second.</returns>
    private static async Task<double> RateAsync(BenchServers servers, string lus, string variant, string[] files, bool fast)
    {
        var settings = await servers.PlaceAsync("xception-lstm");
        settings["Model:Variant"] = variant;
        settings["Model:Fast"] = fast ? "true" : "false";
        settings["Ingest:ClipsInFlight"] = "1000";
        using (var connection = new S3Connection(BenchServers.Load(settings).Get<S3Options>()))
        {
            var upload = new S3Upload(connection, TimeProvider.System);
            foreach (var (index, file) in files.Index())
                await upload.PutAsync(file, $"study{index / 4}", Path.GetFileName(file), urgent: false, CancellationToken.None);
        }
        await using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = settings["Database:ConnectionString"] })();
        await using (var ingest = new WorkerProcess(lus, settings, "ingest"))
        {
            await ingest.UntilAsync(
                async () => await ledger.Videos.CountAsync(video => video.Status != WorkStatus.Found) == files.Length, TimeSpan.FromMilliseconds(200));
        }
        var clips = await ledger.Clips.CountAsync();
        await using var worker = new WorkerProcess(lus, settings, "features");
        var (begun, from) = await ReachedAsync(Margin);
        var (ended, to) = await ReachedAsync(clips - Margin);
        return (to - from) / (ended - begun).TotalSeconds;

        async Task<(DateTime At, int Clips)> ReachedAsync(int wanted)
        {
            var done = 0;
            await worker.UntilAsync(async () => (done = await ledger.Clips.CountAsync(clip => clip.Status == WorkStatus.Extracted)) >= wanted, TimeSpan.FromMilliseconds(20));
            return (DateTime.UtcNow, done);
        }
    }
}
