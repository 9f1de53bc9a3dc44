using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Replays;

namespace LusPipeline.UnitTests.Ledger;

public sealed class StudyCancellationTests
{
    private static readonly DecodedFacts Facts = new("h264", 10, 10, 50, null, []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_cancelled_and_what_is_done_stays()
    {
        using var bench = await LedgerBench.StartAsync();
        var done = await bench.SeeAsync("p1/done.mp4");
        await bench.FinishAsync(done, new(0, 0, 1));
        var waiting = await bench.SeeAsync("p1/waiting.mp4", "01");

        Assert.Equal(new CancelledWork(true, 1, 0, 0), await CancelAsync(bench, waiting));
        Assert.Equal(new CancelledWork(false, 0, 0, 0), await CancelAsync(bench, waiting));

        var study = await bench.CompleteAsync(done);
        Assert.Equal((WorkStatus.Cancelled, 0), (study.Status, study.Revision));
        Assert.Equal([WorkStatus.Done, WorkStatus.Cancelled], study.Videos.Select(video => video.Status));
        Assert.Equal(ReasonCode.Cancelled, study.Videos[1].Reason);
        Assert.Equal(StartOutcome.Stale, (await bench.Videos.StartAsync(waiting.VideoId, 0, alone: true, Cancellation)).Outcome);
        Assert.Empty(await bench.Pending.TakeAsync([waiting.VideoId], Cancellation));
    }

    [Fact]
    public async Task A_worker_in_the_middle_of_ingest_cannot_move_it_on()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        await bench.Clips.CutAsync(work, LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0), 0, "ff", Cancellation);

        Assert.Equal(new CancelledWork(true, 1, 1, 0), await CancelAsync(bench, video));

        Assert.False(await bench.Clips.CutAsync(work, LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0), 0, "ff", Cancellation));
        Assert.False(await bench.Clips.CutAsync(work, LedgerIds.Clip(video.VideoId, bench.Target.Plan, 1), 1, "ff", Cancellation));
        Assert.False(await bench.Videos.CutAsync(work, Facts, 2, Cancellation));
        Assert.False(await bench.Videos.RejectAsync(work, ReasonCode.Empty, "", null, Cancellation));
        Assert.False(await bench.Videos.FailAsync(video.VideoId, 0, ReasonCode.Crashed, "", Cancellation));
        await bench.Videos.InterruptAsync(work);
        await bench.Videos.RetryAsync(work, Cancellation);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
        Assert.Equal(StartOutcome.Stale, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData(WorkStatus.Cut)]
    [InlineData(WorkStatus.Extracted)]
    public async Task A_worker_in_the_middle_of_a_clip_cannot_move_it_on(string status)
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation);
        await bench.Videos.CutAsync(work, Facts, 1, Cancellation);
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: true, Cancellation);
        if (status == WorkStatus.Extracted)
        {
            await bench.Clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation);
            await bench.Clips.StartAsync(video.StudyDay, clip, 0, status, alone: true, Cancellation);
        }

        Assert.Equal(new CancelledWork(true, 1, 1, 0), await CancelAsync(bench, video));

        Assert.False(await bench.Clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation));
        Assert.False(await bench.Clips.PredictAsync(started!, new(0, 0, 1), Cancellation));
        Assert.False(await bench.Clips.FailAsync(started!, status, ReasonCode.Crashed, Cancellation));
        Assert.False(await bench.Clips.StepBackAsync(started!, status, Cancellation));
        Assert.False(await bench.Videos.StepBackAsync(video.VideoId, 0, Cancellation));
        Assert.False(await bench.Completion.CompleteVideoAsync(video.VideoId, video.StudyId, 0, Cancellation));
        Assert.Equal(StartOutcome.Stale, (await bench.Clips.StartAsync(video.StudyDay, clip, 0, status, alone: true, Cancellation)).Outcome);
        Assert.Empty(Assert.Single((await bench.CompleteAsync(video)).Videos).Clips);
    }

    [Fact]
    public async Task A_replay_brings_it_back_to_its_end()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.StartAsync(video);
        await CancelAsync(bench, video);

        var replay = new Replay(bench.Open, bench.Clock, shared: false);
        await foreach (var chunk in replay.PlanAsync(new() { Studies = ["p1"] }, null, urgent: false, Cancellation))
            Assert.Equal(1, await replay.ApplyAsync(chunk, urgent: false, Cancellation));

        await bench.FinishAsync(video with { Generation = 1 }, new(0, 0, 1));
        Assert.Equal(WorkStatus.Done, (await bench.CompleteAsync(video)).Status);
    }

    [Fact]
    public async Task A_later_run_leaves_late_videos_cancelled_unless_it_is_forced()
    {
        using var bench = await LedgerBench.StartAsync();
        await CancelAsync(bench, await bench.SeeAsync("p1/a.mp4"));

        var late = await bench.SeeAsync("p1/late.mp4", "01");

        Assert.Equal(RegisteredState.Finished, late.State);
        Assert.Equal(StartOutcome.Stale, (await bench.Videos.StartAsync(late.VideoId, 0, alone: true, Cancellation)).Outcome);
        var study = await bench.CompleteAsync(late);
        Assert.Equal(WorkStatus.Cancelled, study.Status);
        Assert.All(study.Videos, video => Assert.Equal((WorkStatus.Cancelled, ReasonCode.Cancelled), (video.Status, video.Reason)));
        var forced = await bench.SeeAsync("p1/late.mp4", "01", force: true);
        Assert.Equal((RegisteredState.Due, 1), (forced.State, forced.Generation));
    }

    [Fact]
    public async Task A_new_video_that_is_forced_opens_a_cancelled_study()
    {
        using var bench = await LedgerBench.StartAsync();
        await CancelAsync(bench, await bench.SeeAsync("p1/a.mp4"));

        var forced = await bench.SeeAsync("p1/new.mp4", "01", force: true);

        await bench.FinishAsync(forced, new(0, 0, 1));
        Assert.Equal(WorkStatus.Done, (await bench.CompleteAsync(forced)).Status);
    }

    private static Task<CancelledWork> CancelAsync(LedgerBench bench, RegisteredVideo video) =>
        new StudyCancellation(bench.Open, bench.Clock).CancelAsync(video.StudyId, video.StudyDay, Cancellation);
}
