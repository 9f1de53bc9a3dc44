using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Erasure;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Replays;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>A generation whose number has been there before, and clips of a generation that is over.</summary>
public sealed class EpochTests(TestServers servers)
{
    private const string Other = "c2c2c2c2c2c2c2";

    private static readonly DecodedFacts Facts = new("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// The ledger is restored from a dump of before the video came, or the study is deleted. The video comes again, for another model, and
    /// its generation has the number of the one that a worker is still at.
    /// </summary>
    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task An_attempt_of_before_moves_nothing_of_a_generation_with_the_same_number(LedgerKind kind)
    {
        using var shared = await StartAsync(kind);
        var worker = await shared.JoinAsync();
        var late = await worker.StartAsync(await shared.ArriveAsync("p1/a.mp4"));
        await new StudyRows(shared.Open, shared.Clock).DeleteAsync(await shared.StudyAsync("p1"), keepOut: false, AuditAction.Delete, Cancellation);
        var register = new VideoRegister(shared.Open, shared.Clock, worker.Lease, SharedLedger.Quiet);
        var found = Assert.Single(await register.ArriveAsync(
            [SharedLedger.Seen("p1/a.mp4")], new VideoTarget(ClipPlan.Whole(10), Other, "fp32"), new VideoLimits(), Cancellation));
        Assert.Equal((late.VideoId, late.Generation), (found.VideoId, found.Generation));

        await AssertUnmovedAsync(worker, late);
        // Not even the worker itself, when it has started the video anew.
        await worker.StartAsync(found);
        await AssertUnmovedAsync(worker, late);

        await worker.FinishAsync(found, LedgerWorker.Healthy);
        await using var ledger = shared.Open();
        var video = await ledger.Videos.SingleAsync(Cancellation);
        Assert.Equal((WorkStatus.Done, Other), (video.Status, video.BundleId));
        Assert.Equal(WorkStatus.Done, (await ledger.Clips.SingleAsync(Cancellation)).Status);
        Assert.Equal(Other, (await ledger.Predictions.SingleAsync(Cancellation)).BundleId);
    }

    /// <summary>The queues are lost too, so only rows tell what waits.</summary>
    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_replay_midway_with_another_number_of_frames_leaves_no_clip_that_waits_for_ever(LedgerKind kind)
    {
        using var shared = await StartAsync(kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clips = await worker.CutAsync(found, clips: 2);
        await worker.ExtractAsync(clips[1]);
        var started = await worker.StartAsync(clips[0], WorkStatus.Cut);

        var replay = new Replay(shared.Open, shared.Clock, shared: true);
        await foreach (var chunk in replay.PlanAsync(new() { Studies = ["p1"] }, new ReplayModel(Other, 10, [("fp32", "aaaa")], null), urgent: false, Cancellation))
            Assert.Equal(1, await replay.ApplyAsync(chunk, urgent: false, Cancellation));

        Assert.False(await worker.Clips.ExtractAsync(started, "features/x.npy", "aa", Cancellation));
        Assert.Equal(StartOutcome.Stale, (await worker.TryStartAsync(clips[1], WorkStatus.Extracted)).Outcome);
        Assert.Empty(await new WaitingClips(shared.Open).IdsAsync(Cancellation));
        await AssertOnlyTheVideoWaitsAsync(shared, worker);

        await worker.FinishAsync(found with { Generation = 1 }, LedgerWorker.Healthy);
        Assert.Equal((WorkStatus.Done, Other), ((await shared.VideoAsync(found.VideoId)).Status, (await shared.VideoAsync(found.VideoId)).BundleId));
        await using var ledger = shared.Open();
        Assert.Equal(
            [WorkStatus.Cancelled, WorkStatus.Cancelled, WorkStatus.Done],
            await ledger.Clips.Select(clip => clip.Status).OrderBy(status => status).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_clip_of_an_earlier_generation_that_an_older_version_left_waiting_is_ended_by_a_sweep(LedgerKind kind)
    {
        using var shared = await StartAsync(kind);
        var worker = await shared.JoinAsync();
        var clip = Assert.Single(await worker.CutAsync(await shared.ArriveAsync("p1/a.mp4")));
        await using (var ledger = shared.Open())
        {
            await ledger.Videos.ExecuteUpdateAsync(
                set => set.SetProperty(video => video.Generation, 1).SetProperty(video => video.Status, WorkStatus.Found), Cancellation);
        }

        await AssertOnlyTheVideoWaitsAsync(shared, worker);

        Assert.Equal(WorkStatus.Cancelled, (await shared.ClipAsync(clip.ClipId)).Status);
        Assert.Empty(await new WaitingClips(shared.Open).IdsAsync(Cancellation));
    }

    private async Task<SharedLedger> StartAsync(LedgerKind kind)
    {
        var shared = await SharedLedger.StartAsync(servers, kind);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(Other, "other", "1", 0.5, Cancellation);
        return shared;
    }

    private static async Task AssertUnmovedAsync(LedgerWorker worker, VideoWork late)
    {
        Assert.False(await worker.Clips.CutAsync(late, LedgerIds.Clip(late.VideoId, late.Plan, 0), 0, "ff", Cancellation));
        Assert.False(await worker.Videos.CutAsync(late, Facts, 1, Cancellation));
        Assert.False(await worker.Videos.RejectAsync(late, ReasonCode.Empty, "", null, Cancellation));
        Assert.False(await worker.Videos.FailAsync(late, ReasonCode.Crashed, "", Cancellation));
    }

    private static async Task AssertOnlyTheVideoWaitsAsync(SharedLedger shared, LedgerWorker worker)
    {
        shared.Clock.Move(24 * 3600);
        var swept = await worker.Sweeper.TakeAsync(new PerStage<long>(0, 0, 0), Cancellation);
        Assert.Equal(1, Assert.IsType<VideoFound>(Assert.Single(swept)).Generation);
        await worker.BeatAsync();
    }
}
