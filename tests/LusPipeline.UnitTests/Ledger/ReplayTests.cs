using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Replays;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Replays;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.UnitTests.Ledger;

public sealed class ReplayTests
{
    private const string Sha256 = "aaaa";
    private const string Other = "c2c2c2c2c2c2c2";

    private static readonly ReplayModel OtherModel = new(Other, 20, [("fp32", Sha256)], null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replayed_study_waits_again_and_keeps_its_history()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.FinishAsync(video, new(0.9, 0.05, 0.05));
        var before = await bench.CompleteAsync(video);

        Assert.Equal(1, await ReplayAsync(bench, new() { Studies = ["p1"] }));

        var row = await RowAsync(bench, video.VideoId);
        Assert.Equal((1, WorkStatus.Found, null, 0), (row.Generation, row.Status, row.Clips, row.Starts));
        Assert.NotEqual(before.TraceId, row.TraceParent.Split('-')[1]);
        Assert.Equal(WorkStatus.Open, row.Study!.Status);
        Assert.IsType<VideoFound>(Assert.Single(await bench.Pending.TakeAsync([video.VideoId], Cancellation)).Message);

        await bench.FinishAsync(video with { Generation = 1 }, new(0, 0, 1));
        var after = await bench.CompleteAsync(video);
        Assert.Equal((Diagnosis.Healthy, 2), (after.Result!.Value.Diagnosis, after.Revision));
        var first = Assert.Single(await bench.Results.VideosAsync(new Dictionary<Guid, int> { [video.VideoId] = 0 }, Cancellation));
        Assert.Equal(Diagnosis.Covid, first.Result!.Value.Diagnosis);
    }

    [Fact]
    public async Task All_that_is_given_has_to_fit()
    {
        using var bench = await LedgerBench.StartAsync();
        var failed = await bench.SeeAsync("p1/failed.mp4");
        var crashed = await bench.SeeAsync("p2/crashed.mp4");
        var done = await bench.SeeAsync("p1/done.mp4");
        await bench.Videos.FailAsync(failed.VideoId, 0, ReasonCode.DecodeTimeout, "", Cancellation);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        await bench.Videos.FailAsync(crashed.VideoId, 0, ReasonCode.Crashed, "", Cancellation);
        await bench.FinishAsync(done, new(0, 0, 1));
        var hourAgo = bench.Clock.GetUtcNow().UtcDateTime.AddHours(-1);

        Assert.Equal(["p1/failed.mp4", "p2/crashed.mp4"], await PlannedAsync(bench, new() { Failed = true }));
        Assert.Equal(["p1/failed.mp4"], await PlannedAsync(bench, new() { Failed = true, Studies = ["p1"] }));
        Assert.Equal(["p2/crashed.mp4"], await PlannedAsync(bench, new() { Failed = true, Since = hourAgo }));
        Assert.Equal(["p1/done.mp4", "p2/crashed.mp4"], await PlannedAsync(bench, new() { Since = hourAgo }));
        Assert.Equal(["p1/done.mp4", "p1/failed.mp4"], await PlannedAsync(bench, new() { VideoIds = [done.VideoId], Keys = ["p1/failed.mp4"] }));
        Assert.Equal(["p1/done.mp4"], await PlannedAsync(bench, new() { ClipIds = [LedgerIds.Clip(done.VideoId, bench.Target.Plan, 0)] }));
        Assert.Empty(await PlannedAsync(bench, new() { Studies = ["p3"] }));
    }

    [Fact]
    public async Task A_crashed_video_gets_all_its_attempts_again()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        for (var start = 0; start < 3; start++)
            await bench.StartAsync(video);
        Assert.Equal(StartOutcome.Crashed, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
        await bench.Videos.FailAsync(video.VideoId, 0, ReasonCode.Crashed, "", Cancellation);

        Assert.Equal(1, await ReplayAsync(bench, new() { Failed = true }));

        for (var start = 0; start < 3; start++)
            await bench.StartAsync(video with { Generation = 1 });
    }

    [Fact]
    public async Task What_is_in_work_is_left_alone_unless_it_is_to_be_urgent()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.StartAsync(video);

        Assert.Equal(0, await ReplayAsync(bench, new() { Studies = ["p1"] }));
        Assert.Equal(1, await ReplayAsync(bench, new() { Studies = ["p1"] }, urgent: true));

        var message = Assert.IsType<VideoFound>(Assert.Single(await bench.Pending.TakeAsync([video.VideoId], Cancellation)).Message);
        Assert.True(message.Urgent);
        Assert.Equal(0, await ReplayAsync(bench, new() { Studies = ["p1"] }, urgent: true));
    }

    [Fact]
    public async Task Another_bundle_alone_selects_what_is_not_of_it_yet()
    {
        using var bench = await LedgerBench.StartAsync();
        await bench.FinishAsync(await bench.SeeAsync("p1/a.mp4"), new(0.9, 0.05, 0.05));
        var of = bench.Target with { BundleId = Other };
        await bench.FinishAsync(await bench.SeeAsync("p2/b.mp4", target: of), new(0.9, 0.05, 0.05), of);

        Assert.Equal(["p1/a.mp4"], await PlannedAsync(bench, new(), OtherModel));
        Assert.Equal(1, await ReplayAsync(bench, new(), OtherModel));
        Assert.Empty(await PlannedAsync(bench, new(), OtherModel));
    }

    [Fact]
    public async Task Another_head_takes_the_features_that_are_there()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await FinishWithFeaturesAsync(bench, video, Sha256);

        var planned = Assert.Single(await PlanAsync(bench, new() { Studies = ["p1"] }, OtherModel));
        Assert.True(planned.FromFeatures);
        Assert.Equal(1, await ReplayAsync(bench, new() { Studies = ["p1"] }, OtherModel));

        var ready = Assert.IsType<FeaturesReady>(Assert.Single(await bench.Pending.TakeAsync([video.VideoId], Cancellation)).Message);
        var (_, clip) = await bench.Clips.StartAsync(ready.StudyDay, ready.ClipId, ready.Generation, WorkStatus.Extracted, alone: true, Cancellation);
        Assert.Equal((1, Other, WorkKeys.Features(ready.ClipId, Sha256, "fp32")), (clip!.Generation, clip.BundleId, clip.FeaturesKey));
        Assert.True(await bench.Clips.PredictAsync(clip, new(0, 0, 1), Cancellation));
        Assert.True(await bench.Completion.CompleteVideoAsync(video.VideoId, video.StudyId, 1, Cancellation));
        var study = await bench.CompleteAsync(video);
        Assert.Equal(("other@1+c2c2c2c2c2c2", Diagnosis.Healthy), (study.Videos[0].Model, study.Videos[0].Result!.Value.Diagnosis));
    }

    [Fact]
    public async Task Features_of_another_backbone_or_of_the_same_bundle_do_not_serve()
    {
        using var bench = await LedgerBench.StartAsync();
        await FinishWithFeaturesAsync(bench, await bench.SeeAsync("p1/a.mp4"), "bbbb");
        var same = new ReplayModel(LedgerBench.Bundle, 20, [("fp32", "bbbb")], null);

        Assert.False(Assert.Single(await PlanAsync(bench, new() { Studies = ["p1"] }, OtherModel)).FromFeatures);
        Assert.False(Assert.Single(await PlanAsync(bench, new() { Studies = ["p1"] }, same)).FromFeatures);
        Assert.False(Assert.Single(await PlanAsync(bench, new() { Studies = ["p1"] }, OtherModel with { Backbones = [("int8", "bbbb")] })).FromFeatures);
        Assert.False(Assert.Single(await PlanAsync(bench, new() { Studies = ["p1"] }, OtherModel with { Frames = 10, Backbones = [("fp32", "bbbb")] })).FromFeatures);
    }

    [Fact]
    public async Task Features_that_turn_out_to_be_gone_send_the_video_back_to_ingest()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await FinishWithFeaturesAsync(bench, video, Sha256);
        await ReplayAsync(bench, new() { Studies = ["p1"] }, OtherModel);
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, clip, 1, WorkStatus.Extracted, alone: true, Cancellation);

        Assert.True(await bench.Clips.StepBackAsync(started!, WorkStatus.Extracted, Cancellation));
        Assert.True(await bench.Videos.StepBackAsync(video.VideoId, 1, Cancellation));

        await bench.FinishAsync(video with { Generation = 1 }, new(0, 0, 1), bench.Target with { BundleId = Other });
    }

    [Fact]
    public async Task A_plan_that_came_too_late_changes_nothing()
    {
        using var bench = await LedgerBench.StartAsync();
        await bench.FinishAsync(await bench.SeeAsync("p1/a.mp4"), new(0.9, 0.05, 0.05));
        var planned = await PlanAsync(bench, new() { Studies = ["p1"] });
        await ReplayAsync(bench, new() { Studies = ["p1"] });

        Assert.Equal(0, await new Replay(bench.Open, bench.Clock, shared: false).ApplyAsync(planned, urgent: false, Cancellation));
    }

    [Fact]
    public async Task Many_videos_go_in_chunks_and_each_study_has_one_trace()
    {
        using var bench = await LedgerBench.StartAsync();
        for (var number = 0; number < 1_203; number++)
        {
            var video = await bench.SeeAsync($"p{number / 700}/{number:D4}.mp4", $"{number:x4}");
            await bench.Videos.FailAsync(video.VideoId, 0, ReasonCode.DecodeTimeout, "", Cancellation);
        }

        Assert.Equal(1_203, await ReplayAsync(bench, new() { Failed = true }));

        await using var ledger = bench.Open();
        Assert.Equal(2, await ledger.Videos.Select(row => row.TraceParent).Distinct().CountAsync(Cancellation));
        Assert.All(await ledger.Videos.Select(row => new { row.Generation, row.Status }).ToListAsync(Cancellation), row => Assert.Equal((1, WorkStatus.Found), (row.Generation, row.Status)));
    }

    [Fact]
    public async Task In_a_shared_ledger_the_sweeper_publishes_at_once_however_much_waits_in_the_queues()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var again = await bench.SeeAsync("p2/b.mp4");
        await FinishWithFeaturesAsync(bench, video, Sha256);
        await bench.FinishAsync(again, new(0, 0, 1));
        Assert.Equal(1, await ReplayAsync(bench, new() { Studies = ["p1"] }, OtherModel, shared: true));
        Assert.Equal(1, await ReplayAsync(bench, new() { Studies = ["p2"] }, shared: true));

        var lease = new WorkLease { WorkerId = Guid.NewGuid(), Duration = TimeSpan.FromSeconds(15), RepublishAfter = TimeSpan.FromMinutes(1) };
        var messages = await new Sweeper(bench.Open, bench.Clock, lease, new SweepOptions()).TakeAsync(new PerStage<long>(1_000, 1_000, 1_000), Cancellation);

        Assert.Equal(again.VideoId, Assert.Single(messages.OfType<VideoFound>()).VideoId);
        Assert.Equal(LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0), Assert.Single(messages.OfType<FeaturesReady>()).ClipId);
    }

    /// <summary>Takes a video through every stage, with a features key as the features stage writes it.</summary>
    private static async Task FinishWithFeaturesAsync(LedgerBench bench, RegisteredVideo video, string sha256)
    {
        await bench.FinishAsync(video, new(0.9, 0.05, 0.05));
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        await using var ledger = bench.Open();
        await ledger.Clips.Where(row => row.ClipId == clip)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.FeaturesKey, WorkKeys.Features(clip, sha256, "fp32")), Cancellation);
    }

    private static async Task<int> ReplayAsync(
        LedgerBench bench, ReplaySelection selection, ReplayModel? model = null, bool urgent = false, bool shared = false)
    {
        var replay = new Replay(bench.Open, bench.Clock, shared);
        var (count, moved) = (await replay.CountAsync(selection, model, urgent, Cancellation), 0);
        await foreach (var chunk in replay.PlanAsync(selection, model, urgent, Cancellation))
            moved += await replay.ApplyAsync(chunk, urgent, Cancellation);
        Assert.Equal(count, moved);
        return moved;
    }

    private static async Task<IReadOnlyList<PlannedReplay>> PlanAsync(LedgerBench bench, ReplaySelection selection, ReplayModel? model = null)
    {
        var planned = new List<PlannedReplay>();
        await foreach (var chunk in new Replay(bench.Open, bench.Clock, shared: false).PlanAsync(selection, model, urgent: false, Cancellation))
            planned.AddRange(chunk);
        return planned;
    }

    private static async Task<IEnumerable<string>> PlannedAsync(LedgerBench bench, ReplaySelection selection, ReplayModel? model = null) =>
        (await PlanAsync(bench, selection, model)).Select(video => video.Video.ObjectKey).Order(StringComparer.Ordinal);

    private static async Task<VideoRow> RowAsync(LedgerBench bench, Guid videoId)
    {
        await using var ledger = bench.Open();
        return await ledger.Videos.AsNoTracking().Include(row => row.Study).SingleAsync(row => row.VideoId == videoId, Cancellation);
    }
}
