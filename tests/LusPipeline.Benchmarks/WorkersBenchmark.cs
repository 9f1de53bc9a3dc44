using System.Diagnostics;
using System.Globalization;
using LusPipeline.Buckets.S3;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>What broker, database and bucket cost: a tiny model and small clips, so that nothing else does.</summary>
internal static class WorkersBenchmark
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static async Task MeasureAsync(string lus, int videos)
    {
        await using var servers = await BenchServers.StartAsync();
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        var settings = await servers.PlaceAsync(folder["model"]);
        settings["Clips:Plan"] = "windows";
        settings["Clips:Window"] = "0.4s";
        settings["Clips:Stride"] = "0.08s";
        settings["Ingest:ClipsInFlight"] = "256";
        // A model that computes next to nothing waits for the bucket unless more clips are fetched meanwhile.
        settings["Worker:ClipsAhead"] = "16";
        await UploadAsync(settings, await MakeVideoAsync(folder["video.mp4"]), videos);
        await using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = settings["Database:ConnectionString"] })();

        await using var worker = new WorkerProcess(lus, settings);
        // What a process compiles and connects in its first seconds is not the question.
        await worker.UntilAsync(async () => await ledger.Videos.CountAsync(video => video.Status == "done") >= videos / 6, Look);
        var watch = Stopwatch.StartNew();
        var before = await CountsAsync();
        var looks = await worker.UntilAsync(async () => await ledger.Videos.CountAsync(video => video.Status == "done") == videos, Look);
        var seconds = watch.Elapsed.TotalSeconds;
        var after = await CountsAsync();

        var clips = after.Clips - before.Clips;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            clips                        {clips} of {videos} videos in {seconds:F1} s
            clips a second               {clips / seconds:F1}
            database transactions a clip {(double)(after.Database.Transactions - before.Database.Transactions - looks) / clips:F1}, {(double)(after.Database.RowsWritten - before.Database.RowsWritten) / clips:F1} rows written
            messages published a clip    {(double)(after.Messages - before.Messages) / clips:F2}
            CPU a clip                   {Milliseconds((after.Worker.Own - before.Worker.Own) / clips)} worker
                                         {Milliseconds((after.Worker.Children - before.Worker.Children) / clips)} its ffprobe and ffmpeg
            """));
        foreach (var (program, time) in after.Servers.OrderByDescending(server => server.Value - before.Servers.GetValueOrDefault(server.Key)))
            Console.WriteLine($"{"",28} {Milliseconds((time - before.Servers.GetValueOrDefault(program)) / clips)} {program}");

        async Task<Counts> CountsAsync()
        {
            var database = await DatabaseCounts.ReadAsync(settings["Database:ConnectionString"]);
            var messages = await servers.MessagesAsync(settings["Broker:Uri"]);
            return new(await ledger.Predictions.CountAsync(), database, messages.Published, ProcessTimes.Of(worker.Id), servers.Times);
        }
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F2} ms");

    public static async Task<string> MakeVideoAsync(string path)
    {
        using var process = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=4", path]);
        await process.WaitForExitAsync();
        return path;
    }

    public static async Task UploadAsync(Dictionary<string, string> settings, string video, int count, int first = 0, int videosAStudy = 4)
    {
        using var connection = new S3Connection(BenchServers.Load(settings).Get<S3Options>());
        var upload = new S3Upload(connection, TimeProvider.System);
        await Parallel.ForAsync(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancellation) =>
            await upload.PutAsync(video, $"study{index / videosAStudy}", $"{index}.mp4", urgent: false, cancellation));
    }

    private sealed record Counts(
        int Clips, DatabaseCounts Database, long Messages, (TimeSpan Own, TimeSpan Children) Worker, IReadOnlyDictionary<string, TimeSpan> Servers);
}
