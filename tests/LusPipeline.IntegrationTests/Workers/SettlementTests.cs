using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A worker finishes videos whose last step died with another worker.</summary>
public sealed class SettlementTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_is_failed_when_a_clip_failed_after_the_video_was_cut_and_nobody_said_so()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        using var shared = SharedLedger.Connect(fleet.Database);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(SharedLedger.Bundle, "tiny", "1", 0.5, Cancellation);
        var died = await shared.JoinAsync();
        var clips = await died.CutAsync(await shared.ArriveAsync("p1/a.mp4"), 2);
        await died.PredictAsync(clips[0], (await shared.StudyAsync("p1")).StudyId);
        // The worker died between this move of the clip and that of its video.
        Assert.True(await died.Clips.FailAsync(await died.StartAsync(clips[1], WorkStatus.Cut), WorkStatus.Cut, ReasonCode.Crashed, Cancellation));

        fleet.Start("sequence");

        await fleet.UntilAsync("the video's move", "SELECT count(*) FROM videos WHERE status <> 'cut'", count => count == 1);
        Assert.Equal(["failed crashed a clip failed"], await fleet.RowsAsync("SELECT status, reason, detail FROM videos"));
        await fleet.FinishedAsync(1);
        Assert.Equal(["p1 failed 1"], await fleet.RowsAsync("SELECT name, status, revision FROM studies"));
    }
}
