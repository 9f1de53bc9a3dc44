using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Models.Bundles;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Operating;

public sealed class ReplayCommandTests(TestServers servers, RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failed_videos_come_back_and_the_sweeper_publishes_them()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = await ledger.SeeAsync("p1/failed.mp4", "p1/done.mp4");
        await ledger.Completion.FailVideoAsync(seen[0].VideoId, seen[0].StudyId, 0, ReasonCode.Crashed, "", Cancellation);
        await ledger.FinishAsync(seen[1], new(0, 0, 1));

        var dry = await ledger.RunAsync("replay", "--failed", "--dry-run");
        var result = await ledger.RunAsync("replay", "--failed", "--urgent");
        var again = await ledger.RunAsync("replay", "--failed");

        Assert.Equal((0, "p1/failed.mp4: failed (crashed)"), (dry.ExitCode, dry.Output[0]));
        Assert.Equal((0, 2), (result.ExitCode, again.ExitCode));
        Assert.StartsWith("1 videos wait again.", result.Output[0], StringComparison.Ordinal);
        var messages = await new Sweeper(ledger.Open, InAMinute(), ledger.Lease, new SweepOptions()).TakeAsync(new PerStage<long>(1_000, 0, 0), Cancellation);
        var found = Assert.IsType<VideoFound>(Assert.Single(messages));
        Assert.Equal((seen[0].VideoId, 1, true), (found.VideoId, found.Generation, found.Urgent));
        Assert.Equal(WorkStatus.Open, (await ledger.StudyAsync("p1")).Status);
        await using var context = ledger.Open();
        Assert.Equal("replay", Assert.Single(await context.Spans.Where(span => span.StudyId == found.VideoId || span.StudyId == seen[0].StudyId).ToListAsync(Cancellation)).Name);
    }

    [Fact]
    public async Task Another_head_starts_from_the_features_and_both_predictions_stay()
    {
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["first"], seed: 1);
        var first = Bundle.Load(folder["first"]);
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = Assert.Single(await ledger.SeeAsync("p1/a.mp4"));
        var clip = LedgerIds.Clip(seen.VideoId, ClipPlan.Whole(20), 0);
        await ledger.FinishAsync(seen, new(0.9, 0.05, 0.05), featuresKey: WorkKeys.Features(clip, first.Backbone("fp32").Sha256, "fp32"));

        var result = await ledger.RunAsync("replay", "--model", folder["first"]);

        Assert.StartsWith("1 videos wait again, 1 of them from their features.", result.Output[0], StringComparison.Ordinal);
        var messages = await new Sweeper(ledger.Open, InAMinute(), ledger.Lease, new SweepOptions()).TakeAsync(new PerStage<long>(0, 0, 0), Cancellation);
        var ready = Assert.IsType<FeaturesReady>(Assert.Single(messages));
        Assert.Equal((clip, 1), (ready.ClipId, ready.Generation));
        var (_, started) = await ledger.Clips.StartAsync(ready.StudyDay, clip, 1, WorkStatus.Extracted, alone: true, Cancellation);
        Assert.Equal(first.Id, started!.BundleId);
        Assert.True(await ledger.Clips.PredictAsync(started, new(0, 0, 1), Cancellation));
        Assert.True(await ledger.Completion.CompleteVideoAsync(seen.VideoId, seen.StudyId, 1, Cancellation));
        Assert.Equal(1, Assert.Single((await ledger.StudyAsync("p1")).Videos).Generation);
        await using var context = ledger.Open();
        Assert.Equal([0, 1], await context.Predictions.OrderBy(prediction => prediction.Generation).Select(prediction => prediction.Generation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Without_a_choice_it_is_a_usage_error()
    {
        var nothing = await LusCommand.RunAsync(["replay", "--urgent"]);
        var variant = await LusCommand.RunAsync(["replay", "--failed", "--variant", "int8"]);

        Assert.Equal((1, 1), (nothing.ExitCode, variant.ExitCode));
        Assert.Contains("Say what to replay", nothing.ErrorText, StringComparison.Ordinal);
        Assert.Contains("--variant is for --model", variant.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_home_the_next_run_does_it_again()
    {
        using var folder = new TemporaryFolder();
        string[] run = ["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model, "--json"];
        var first = await LusProcess.RunAsync(run);

        var replay = await LusCommand.RunAsync(["replay", "--study", "p1", "--home", folder["home"]]);
        var second = await LusProcess.RunAsync(run);

        Assert.Equal((0, 0, 0), (first.ExitCode, replay.ExitCode, second.ExitCode));
        Assert.StartsWith("2 videos wait again. The next lus run", replay.Output[0], StringComparison.Ordinal);
        Assert.Equal(first.Results, second.Results);
        Assert.Equal(["p1", "p1"], second.Videos.Where(video => !video.GetProperty("cached").GetBoolean()).Select(video => video.GetProperty("study").GetString()));
    }

    [Fact]
    public async Task A_cancelled_study_stays_so_until_it_is_replayed()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = await ledger.SeeAsync("p1/a.mp4", "p1/b.mp4");
        var work = await ledger.StartAsync(seen[0]);

        var cancel = await ledger.RunAsync("cancel", "p1");
        var again = await ledger.RunAsync("cancel", "p1");
        var unknown = await ledger.RunAsync("cancel", "p2");

        Assert.Equal((0, 0, 1), (cancel.ExitCode, again.ExitCode, unknown.ExitCode));
        Assert.Equal("p1: cancelled, with 2 videos and 0 clips, 1 of them in a worker's hands", cancel.Output[0]);
        Assert.Equal("p1: nothing to cancel, it is cancelled", again.Output[0]);
        Assert.False(await ledger.Clips.CutAsync(work, LedgerIds.Clip(seen[0].VideoId, ledger.Target.Plan, 0), 0, "ff", Cancellation));
        Assert.Equal(StartOutcome.Stale, (await ledger.Videos.StartAsync(seen[1].VideoId, 0, alone: true, Cancellation)).Outcome);
        Assert.Equal(WorkStatus.Cancelled, (await ledger.StudyAsync("p1")).Status);

        await ledger.RunAsync("replay", "--study", "p1");
        await ledger.FinishAsync(seen[0], new(0, 0, 1), generation: 1);
    }

    /// <summary>A time at which all that a command queued is due: its clock is the database's, which may be some milliseconds ahead of this machine's.</summary>
    private static MovedClock InAMinute()
    {
        var clock = new MovedClock();
        clock.Move((DateTime.UtcNow.AddMinutes(1) - clock.Now).TotalSeconds);
        return clock;
    }
}
