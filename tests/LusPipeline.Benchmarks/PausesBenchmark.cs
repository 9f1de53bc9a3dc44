using System.Diagnostics;
using System.Globalization;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Tests;
using Npgsql;

namespace LusPipeline.Benchmarks;

/// <summary>
/// Workers that stand still (SIGSTOP) for longer than their lease, in the midst of an attempt, while others go on: whether anything fails, or is
/// there twice. Workers wait for a slow bucket instead of computing, so that one machine has room for all.
/// </summary>
internal static class PausesBenchmark
{
    /// <summary>Workers of a stage that are paused, each again and again; one more never is.</summary>
    private const int Paused = 5;

    private static readonly string[] Stages = ["ingest", "features", "sequence"];
    private static readonly TimeSpan Feed = TimeSpan.FromSeconds(2);

    /// <param name="lus">The program.</param>
    /// <param name="pauses">How often a worker of each stage is paused.</param>
    /// <param name="length">How long each time.</param>
    public static async Task MeasureAsync(string lus, int pauses, TimeSpan length)
    {
        await using var servers = await BenchServers.StartAsync();
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        var settings = await servers.PlaceAsync(folder["model"]);
        var direct = new Dictionary<string, string>(settings);
        var bucket = new Uri(settings["Bucket:Endpoint"]);
        await using var proxy = new FaultyProxy(bucket) { Delay = TimeSpan.FromMilliseconds(300) };
        proxy.Pass();
        settings["Bucket:Endpoint"] = proxy.Address(bucket).AbsoluteUri;
        settings["Clips:Plan"] = "windows";
        settings["Clips:Window"] = "0.4s";
        settings["Clips:Stride"] = "0.4s";
        settings["Inference:Threads"] = "1";
        var video = await WorkersBenchmark.MakeVideoAsync(folder["video.mp4"]);
        await using var database = NpgsqlDataSource.Create(settings["Database:ConnectionString"]);
        var watch = Stopwatch.StartNew();
        var workers = Stages.SelectMany(stage => Enumerable.Range(0, Paused + 1).Select(_ => (Stage: stage, Process: new WorkerProcess(lus, settings, stage)))).ToList();
        try
        {
            await UntilAsync(database, $"SELECT count(*) = {workers.Count} FROM workers");
            using var over = new CancellationTokenSource();
            var feeding = FeedAsync(direct, video, over.Token);
            var left = Stages.ToDictionary(stage => stage, _ => new StrongBox(pauses));
            await Task.WhenAll(workers.GroupBy(worker => worker.Stage)
                .SelectMany(stage => stage.Skip(1).Select(worker => PauseAsync(database, worker.Process, worker.Stage, left[worker.Stage], length))));
            await over.CancelAsync();
            var videos = await feeding;
            await UntilAsync(database, $"SELECT count(*) = {videos} FROM videos WHERE status IN ('done', 'failed', 'rejected', 'cancelled')");
            await UntilAsync(database, $"SELECT count(*) = {videos} FROM studies WHERE announced_revision >= 1");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pauses} pauses of {length.TotalSeconds:F0} s of each stage in {watch.Elapsed.TotalSeconds:F0} s, each in an attempt"));
            await PrintAsync(database, "videos, and those that are not done", "SELECT count(*), count(*) FILTER (WHERE status <> 'done') FROM videos");
            await PrintAsync(database, "clips, and those that are not done", "SELECT count(*), count(*) FILTER (WHERE status <> 'done') FROM clips");
            await PrintAsync(database, "predictions, and clips with two", "SELECT count(*), count(*) - count(DISTINCT clip_id) FROM predictions");
            await PrintAsync(database, "different results of one clip of the one video", "SELECT count(DISTINCT (covid, pneumonia, healthy)) - count(DISTINCT clip_index), 0 FROM predictions");
            await PrintAsync(database, "retries counted of videos, of clips", "SELECT (SELECT sum(retries) FROM videos), (SELECT sum(retries) FROM clips)");
            await PrintAsync(database, "studies, and those announced more than once", "SELECT count(*), count(*) FILTER (WHERE announced_revision > 1) FROM studies");
            Console.WriteLine($"workers that ended               {workers.Count(worker => worker.Process.HasExited)}");
        }
        finally
        {
            foreach (var (_, process) in workers)
                await process.SignalAsync("CONT");
            await Task.WhenAll(workers.Select(worker => worker.Process.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Uploads a video, a study each, at an interval. Returns how many.</summary>
    private static async Task<int> FeedAsync(Dictionary<string, string> settings, string video, CancellationToken over)
    {
        for (var count = 0; ; count++)
        {
            if (over.IsCancellationRequested)
                return count;
            await WorkersBenchmark.UploadAsync(settings, video, 1, first: count, videosAStudy: 1);
            await Task.Delay(Feed, CancellationToken.None);
        }
    }

    /// <summary>Pauses a worker at random moments at which it has started rows, as often as its stage has pauses left.</summary>
    private static async Task PauseAsync(NpgsqlDataSource database, WorkerProcess worker, string stage, StrongBox left, TimeSpan length)
    {
        var (table, status) = stage switch { "ingest" => ("videos", "found"), "features" => ("clips", "cut"), _ => ("clips", "extracted") };
        var held = string.Create(
            CultureInfo.InvariantCulture, $"SELECT count(*) FROM {table} JOIN workers USING (worker_id) WHERE process_id = {worker.Id} AND status = '{status}'");
        while (Interlocked.Decrement(ref left.Value) >= 0)
        {
            while (true)
            {
                await Task.Delay(Random.Shared.Next(50, 1500));
                await worker.SignalAsync("STOP");
                if (await ScalarAsync(database, held) is > 0L)
                    break;
                await worker.SignalAsync("CONT");
            }
            await Task.Delay(length);
            await worker.SignalAsync("CONT");
        }
    }

    private static async Task UntilAsync(NpgsqlDataSource database, string question)
    {
        for (var watch = Stopwatch.StartNew(); await ScalarAsync(database, question) is not true; await Task.Delay(500))
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(5))
                throw new TimeoutException($"Waited in vain for: {question}");
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string question)
    {
        await using var command = database.CreateCommand(question);
        return await command.ExecuteScalarAsync();
    }

    private static async Task PrintAsync(NpgsqlDataSource database, string what, string question)
    {
        await using var command = database.CreateCommand(question);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Console.WriteLine($"{what,-48} {reader.GetValue(0),6} {reader.GetValue(1),6}");
    }

    /// <summary>A number that several threads count down.</summary>
    private sealed class StrongBox(int value)
    {
        public int Value = value;
    }
}
