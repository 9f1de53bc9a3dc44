using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Worker;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Benchmarks;

/// <summary>Whether twice the feature workers extract twice the clips: their model waits instead of computing, so that one machine has room for all.</summary>
internal static class ScalingBenchmark
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    public static async Task MeasureAsync(int clipsAWorker)
    {
        await using var servers = await BenchServers.StartAsync();
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        var video = await WorkersBenchmark.MakeVideoAsync(folder["video.mp4"]);
        double? one = null;
        Console.WriteLine("workers  clips  seconds  clips/s  of linear");
        foreach (var workers in new[] { 1, 2, 4, 8, 16 })
        {
            var settings = await servers.PlaceAsync(folder["model"]);
            settings["Clips:Plan"] = "windows";
            settings["Clips:Window"] = "0.4s";
            settings["Clips:Stride"] = "0.08s";
            settings["Ingest:ClipsInFlight"] = "100000";
            settings["Inference:Threads"] = "1";
            await WorkersBenchmark.UploadAsync(settings, video, ((clipsAWorker * workers) + 44) / 45);
            var rate = await RunAsync(settings, workers, clipsAWorker * workers);
            one ??= rate.ClipsPerSecond;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{workers,7}  {rate.Clips,5}  {rate.Seconds,7:F1}  {rate.ClipsPerSecond,7:F2}  {rate.ClipsPerSecond / (one * workers),9:F3}"));
        }
    }

    private static async Task<(int Clips, double Seconds, double ClipsPerSecond)> RunAsync(Dictionary<string, string> settings, int workers, int clips)
    {
        await using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = settings["Database:ConnectionString"] })();
        await using (var ingest = Host(settings, StageSet.Ingest))
        {
            using var cut = new CancellationTokenSource();
            var cutting = ingest.RunAsync(cut.Token);
            await UntilAsync(
                async () => await ledger.Videos.AnyAsync() && !await ledger.Videos.AnyAsync(video => video.Status == WorkStatus.Found), cutting);
            await cut.CancelAsync();
            await cutting;
        }
        using var stopping = new CancellationTokenSource();
        var hosts = Enumerable.Range(0, workers).Select(_ => Host(settings, StageSet.Features)).ToList();
        var running = Task.WhenAll(hosts.Select(host => host.RunAsync(stopping.Token)));
        // The first and the last clips of each worker are left out: starting and ending are not the question.
        async Task<int> ExtractedAsync() => await ledger.Clips.CountAsync(clip => clip.Status == WorkStatus.Extracted);
        var from = 0;
        var started = await UntilAsync(async () => (from = await ExtractedAsync()) >= workers * 5, running);
        var to = 0;
        var ended = await UntilAsync(async () => (to = await ExtractedAsync()) >= clips - (workers * 5), running);
        await stopping.CancelAsync();
        await running;
        foreach (var host in hosts)
            await host.DisposeAsync();
        return (to - from, (ended - started).TotalSeconds, (to - from) / (ended - started).TotalSeconds);
    }

    private static WorkerHost Host(Dictionary<string, string> settings, StageSet stages) => WorkerHost.Build(
        BenchServers.Load(settings), stages, logging => logging.SetMinimumLevel(LogLevel.Warning),
        (bundle, _, _) => new FixedDelayBackbone(bundle, Delay));

    private static async Task<DateTime> UntilAsync(Func<Task<bool>> holds, Task working)
    {
        while (!await holds())
        {
            if (working.IsCompleted)
                await working;
            await Task.Delay(20);
        }
        return DateTime.UtcNow;
    }
}
