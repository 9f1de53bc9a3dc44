using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Settlement;
using LusPipeline.UnitTests.Ledger;

namespace LusPipeline.UnitTests.Pipeline;

/// <summary>A run that goes on after one that died.</summary>
public sealed class ResumptionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_is_failed_when_a_clip_failed_after_the_video_was_cut_and_the_run_died()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        Assert.True(await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation));
        Assert.True(await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation));
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: true, Cancellation);
        Assert.True(await bench.Clips.FailAsync(started!, WorkStatus.Cut, ReasonCode.ObjectLost, Cancellation));
        var settlement = new VideoSettlement(bench.Open, bench.Clock, bench.Videos, bench.Completion, new SweepOptions());

        var (messages, suspects) = await new Resumption(bench.Pending, bench.Videos, settlement).ResumeAsync([video], Cancellation);

        Assert.Equal((0, 0), (messages.Count, suspects.Count));
        var failed = Assert.Single((await bench.CompleteAsync(video)).Videos);
        Assert.Equal((WorkStatus.Failed, ReasonCode.ObjectLost), (failed.Status, failed.Reason));
    }
}
