using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>The one model on a real PostgreSQL: its migration, its keys, and the same moves as on SQLite.</summary>
public sealed class PostgresLedgerTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_goes_from_found_to_done()
    {
        var database = await servers.NewDatabaseAsync();
        LedgerContext Open() => new PostgresLedgerContext(new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(database).Options);
        await using (var ledger = Open())
            await ledger.Database.MigrateAsync(Cancellation);
        var attempts = new AttemptOptions();
        var videos = new VideoMoves(Open, TimeProvider.System, attempts);
        var clips = new ClipMoves(Open, TimeProvider.System, attempts);
        var studies = new StudyMoves(Open, TimeProvider.System);
        var completion = new Completion(videos, studies, new StageEvents());
        await new BundleRegister(Open, TimeProvider.System).RegisterAsync("b1b1b1b1b1b1b1", "tiny", "1", 0.5, Cancellation);
        var target = new VideoTarget(ClipPlan.Whole(20), "b1b1b1b1b1b1b1", "fp32");
        var seen = new SeenVideo("bucket", "p1/a.mp4", "00ff", "tag", 10);

        var registered = Assert.Single(await new VideoRegister(Open, TimeProvider.System).RequestAsync([seen], target, new VideoLimits(), force: false, Cancellation));
        var (outcome, work) = await videos.StartAsync(registered.VideoId, 0, alone: true, Cancellation);
        Assert.Equal(StartOutcome.Started, outcome);
        var clip = Core.Identity.LedgerIds.Clip(registered.VideoId, target.Plan, 0);
        Assert.True(await clips.CutAsync(work!, clip, 0, "ff", Cancellation));
        Assert.True(await clips.CutAsync(work!, clip, 0, "ff", Cancellation));
        Assert.True(await videos.CutAsync(work!, new DecodedFacts("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []), 1, Cancellation));
        var (_, started) = await clips.StartAsync(registered.StudyDay, clip, 0, WorkStatus.Cut, alone: true, Cancellation);
        Assert.True(await clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation));
        Assert.False(await clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation));
        Assert.True(await clips.PredictAsync(started!, new ClassProbabilities(0.1, 0.2, 0.7), Cancellation));
        Assert.False(await clips.PredictAsync(started!, new ClassProbabilities(0.3, 0.3, 0.4), Cancellation));
        Assert.True(await completion.CompleteVideoAsync(registered.VideoId, registered.StudyId, 0, Cancellation));
        await studies.ListedAsync([registered.StudyId], DateTime.UtcNow, Cancellation);
        await completion.CompleteStudyAsync(registered.StudyId, Cancellation);

        var study = Assert.Single(await new ResultReader(Open).StudiesAsync(null, Cancellation));
        Assert.Equal((WorkStatus.Done, 1), (study.Status, study.Revision));
        Assert.Equal(Diagnosis.Healthy, study.Result!.Value.Diagnosis);
        var again = Assert.Single(await new VideoRegister(Open, TimeProvider.System).RequestAsync([seen], target, new VideoLimits(), force: false, Cancellation));
        Assert.Equal(RegisteredState.Finished, again.State);
    }

    [Fact]
    public async Task Large_tables_can_be_partitioned_by_the_studys_day()
    {
        var database = await servers.NewDatabaseAsync();
        await using var ledger = new PostgresLedgerContext(new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(database).Options);
        await ledger.Database.MigrateAsync(Cancellation);

        var keys = await ledger.Database.SqlQuery<string>($"""
            SELECT c.relname || ':' || a.attname AS "Value" FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE i.indisprimary AND c.relname IN ('clips', 'predictions', 'spans')
            """).ToListAsync(Cancellation);

        Assert.Equal(["clips:study_day", "predictions:study_day", "spans:study_day"], keys.Order());
        Assert.Empty(await ledger.Database.GetPendingMigrationsAsync(Cancellation));
    }
}
