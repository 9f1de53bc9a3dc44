using System.Diagnostics;
using System.Globalization;
using Amazon.S3.Model;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>What a look at a bucket costs that is full of finished videos.</summary>
internal static class ListingBenchmark
{
    private const int VideosAStudy = 10;

    public static async Task MeasureAsync(int objects)
    {
        await using var servers = await BenchServers.StartAsync();
        var settings = await servers.PlaceAsync("xception-lstm");
        var database = settings["Database:ConnectionString"];
        using var connection = new S3Connection(BenchServers.Load(settings).Get<S3Options>());
        await FillAsync(settings, objects);

        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = database });
        await new BundleRegister(open, TimeProvider.System).RegisterAsync("bench", "bench", "1", 0.5, default);
        var arrivals = new VideoRegister(open, TimeProvider.System, WorkLease.None, TimeSpan.FromMinutes(1));
        var bucket = new S3VideoBucket(connection, TimeProvider.System);
        Console.WriteLine($"{objects} objects          seconds  transactions");
        await LookAsync("all new, registered", new SeenObjects());
        await using (var ledger = open())
        {
            await ledger.Database.ExecuteSqlAsync($"UPDATE videos SET status = 'done'");
            await ledger.Database.ExecuteSqlAsync($"UPDATE studies SET status = 'done'");
            await ledger.Database.ExecuteSqlAsync($"VACUUM ANALYZE");
        }
        var seen = new SeenObjects();
        await LookAsync("all done, new worker", seen);
        await LookAsync("all done, next look", seen);

        async Task LookAsync(string what, SeenObjects known)
        {
            var scan = new BucketScan(bucket, stable: null, new VideoLimits()) { Chunk = 1000, Seen = known };
            var before = await DatabaseCounts.ReadAsync(database);
            var watch = Stopwatch.StartNew();
            await foreach (var chunk in scan.ListAsync(default))
                await arrivals.ArriveAsync(chunk, new VideoTarget(ClipPlan.Whole(20), "bench", "fp32"), new VideoLimits(), default);
            known.Finish();
            var seconds = watch.Elapsed.TotalSeconds;
            var after = await DatabaseCounts.ReadAsync(database);
            // The reading of the first counts counts too.
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-22} {seconds,8:F2}  {after.Transactions - before.Transactions - 1,12}"));
        }
    }

    private static async Task FillAsync(Dictionary<string, string> settings, int objects)
    {
        using var client = PlainS3.Client(BenchServers.Load(settings).Get<S3Options>());
        await Parallel.ForAsync(0, objects, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, cancellation) =>
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = settings["Bucket:Name"], Key = $"incoming/study{index / VideosAStudy}/{index}.mp4", ContentBody = "0" }, cancellation));
    }
}
