using System.Diagnostics;
using System.Globalization;
using LusPipeline.Hosting.Bus;
using LusPipeline.Hosting.Workers;
using LusPipeline.Storage.Buckets.S3;
using LusPipeline.Storage.Ledger;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LusPipeline.Benchmarks;

/// <summary>What broker, database and bucket cost: a tiny model and small clips, so that nothing else does.</summary>
internal static class WorkersBenchmark
{
    public static async Task MeasureAsync(int videos)
    {
        await using var servers = await BenchServers.StartAsync();
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        var settings = await servers.PlaceAsync(folder["model"]);
        settings["Clips:Plan"] = "windows";
        settings["Clips:Window"] = "0.4s";
        settings["Clips:Stride"] = "0.08s";
        settings["Ingest:ClipsInFlight"] = "256";
        await UploadAsync(settings, await MakeVideoAsync(folder["video.mp4"]), videos);

        await using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = settings["Database:ConnectionString"] })();
        using var stopping = new CancellationTokenSource();
        await using var worker = WorkerHost.Build(BenchServers.Load(settings), StageSet.All, logging => logging.SetMinimumLevel(LogLevel.Warning));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var working = worker.RunAsync(stopping.Token);
        var first = await UntilAsync(ledger, async () => await ledger.Predictions.AnyAsync(), working);
        var (transactions, rows) = await TransactionsAsync(settings["Database:ConnectionString"]);
        var before = await ledger.Predictions.CountAsync();
        var messages = await servers.MessagesAsync(settings["Broker:Uri"]);
        var last = await UntilAsync(ledger, async () => await ledger.Videos.CountAsync(video => video.Status == "done") == videos, working);
        var clips = await ledger.Predictions.CountAsync() - before;
        var after = await TransactionsAsync(settings["Database:ConnectionString"]);
        var messagesAfter = await servers.MessagesAsync(settings["Broker:Uri"]);
        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        await stopping.CancelAsync();
        await working;

        var seconds = (last - first).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            videos                       {videos}
            clips                        {clips} in {seconds:F1} s
            clips a second               {clips / seconds:F1}
            database transactions a clip {(double)(after.Transactions - transactions) / clips:F1}, {(double)(after.Rows - rows) / clips:F1} rows written
            messages published a clip    {(double)(messagesAfter.Published - messages.Published) / clips:F2}
            CPU of the worker a clip     {spent.TotalMilliseconds / clips:F1} ms, its ffmpeg not counted
            """));
    }

    public static async Task<string> MakeVideoAsync(string path)
    {
        using var process = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=4", path]);
        await process.WaitForExitAsync();
        return path;
    }

    public static async Task UploadAsync(Dictionary<string, string> settings, string video, int count)
    {
        using var connection = new S3Connection(BenchServers.Load(settings).Get<S3Options>());
        var upload = new S3Upload(connection, TimeProvider.System);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancellation) =>
            await upload.PutAsync(video, $"study{index / 4}", $"{index}.mp4", urgent: false, cancellation));
    }

    public static async Task<DateTime> UntilAsync(LedgerContext ledger, Func<Task<bool>> holds, Task working)
    {
        while (!await holds())
        {
            if (working.IsCompleted)
                await working;
            await Task.Delay(20);
        }
        return DateTime.UtcNow;
    }

    private static async Task<(long Transactions, long Rows)> TransactionsAsync(string database)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_stat_clear_snapshot(), xact_commit, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = current_database()", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(1), reader.GetInt64(2));
    }
}
