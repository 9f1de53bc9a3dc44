using System.Diagnostics;
using System.Globalization;
using LusPipeline.Benchmarks.Ledger;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>What one very large study costs where the pipeline looks at a study as a whole: registering, completing, and its result.</summary>
internal static class StudyBenchmark
{
    private const string Bundle = "b1b1b1b1b1b1b1";
    private const int Chunk = 1_000;
    private const int Checks = 50;

    public static async Task MeasureAsync(int videos)
    {
        await using var server = await PrivatePostgres.StartAsync(kept: null);
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = server.ConnectionString });
        await using var ledger = open();
        await ledger.Database.MigrateAsync();
        await new BundleRegister(open, TimeProvider.System).RegisterAsync(Bundle, "bench", "1", 0.5, default);
        var register = new VideoRegister(open, TimeProvider.System, WorkLease.None, TimeSpan.FromMinutes(1));
        var (attempts, clock) = (new AttemptOptions(), TimeProvider.System);
        var completion = new Completion(new VideoMoves(open, clock, attempts), new StudyMoves(open, clock), new StageEvents());
        Console.WriteLine($"one study of {videos} videos of a clip");

        await TimeAsync("registered", async () =>
        {
            foreach (var part in Enumerable.Range(0, videos).Chunk(Chunk))
            {
                await register.ArriveAsync(
                    [.. part.Select(index => new SeenVideo("bucket/incoming", $"large/{index:D6}.mp4", $"{index}", "tag", 1_000))],
                    new VideoTarget(ClipPlan.Whole(20), Bundle, "fp32"), new VideoLimits(), default);
            }
        });
        await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, starts, retries, cut_at, finished_at, publishes)
            SELECT study_day, gen_random_uuid(), video_id, 0, 0, 'done', 0, 0, now(), now(), 0 FROM videos
            """);
        await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
            SELECT study_day, clip_id, {Bundle}, 'fp32', 0, video_id, 0, 0.1, 0.2, 0.7, now() FROM clips
            """);
        await ledger.Database.ExecuteSqlAsync($"UPDATE videos SET status = 'done', clips = 1, finished_at = now() WHERE object_key <> 'large/000000.mp4'");
        await ledger.Database.ExecuteSqlAsync($"UPDATE studies SET completable_at = now()");
        await ledger.Database.ExecuteSqlAsync($"VACUUM ANALYZE");
        var study = await ledger.Studies.Select(row => row.StudyId).SingleAsync();

        await TimeAsync($"asked {Checks} times whether it is complete, as after each video", async () =>
        {
            for (var check = 0; check < Checks; check++)
                await completion.CompleteStudyAsync(study, default);
        });
        await ledger.Database.ExecuteSqlAsync($"UPDATE videos SET status = 'done', clips = 1, finished_at = now() WHERE status <> 'done'");
        await TimeAsync("completed", () => completion.CompleteStudyAsync(study, default));
        var bytes = 0;
        await TimeAsync("read, and its result written as JSON", async () =>
        {
            var result = (await new ResultReader(open).StudiesAsync([study], null, default)).Single();
            if (result.Videos.Count != videos || result.Result is null)
                throw new InvalidOperationException($"The result has {result.Videos.Count} videos.");
            bytes = StudyReport.From(result).ToUtf8().Length;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6,10:F2} MB of JSON; peak of this process {ProcessPeak() / 1024} MiB"));
    }

    /// <summary>KiB.</summary>
    private static int ProcessPeak() =>
        int.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static async Task TimeAsync(string what, Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,10:F2} s  {what}"));
    }
}
