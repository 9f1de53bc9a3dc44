using System.Text.Json;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.UnitTests.Ledger;

public sealed class LedgerMovesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_starts_without_an_end_are_crashed()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        for (var start = 0; start < 3; start++)
            await bench.StartAsync(video);

        var (outcome, work) = await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation);

        Assert.Equal(StartOutcome.Crashed, outcome);
        Assert.NotNull(work);
    }

    [Fact]
    public async Task After_a_start_without_an_end_only_one_alone_begins()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.StartAsync(video);

        Assert.Equal(StartOutcome.Suspect, (await bench.Videos.StartAsync(video.VideoId, 0, alone: false, Cancellation)).Outcome);
        Assert.Equal(StartOutcome.Started, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Attempts_that_cut_again_what_one_before_them_had_cut_get_no_further()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        // In passes, as a video of many overlapping clips is cut.
        for (var start = 0; start < 3; start++)
            await CutAsync(bench, video, 0, 2, 4);

        Assert.Equal(StartOutcome.Crashed, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
    }

    [Fact]
    public async Task An_attempt_that_cuts_a_clip_that_none_before_it_had_cut_is_the_first()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        foreach (var last in new[] { 4, 6, 1, 3, 5 })
            await CutAsync(bench, video, 0, 2, last);

        await bench.StartAsync(video);
    }

    [Fact]
    public async Task An_interrupted_attempt_does_not_count()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        for (var start = 0; start < 10; start++)
            await bench.Videos.InterruptAsync(await bench.StartAsync(video));

        await bench.StartAsync(video);
    }

    [Fact]
    public async Task A_message_of_an_older_generation_is_stale()
    {
        using var bench = await LedgerBench.StartAsync();
        var old = await bench.SeeAsync("p1/a.mp4");
        var forced = await bench.SeeAsync("p1/a.mp4", force: true);

        Assert.Equal(1, forced.Generation);
        Assert.Equal(StartOutcome.Stale, (await bench.Videos.StartAsync(old.VideoId, 0, alone: true, Cancellation)).Outcome);
        await bench.StartAsync(forced);
    }

    [Fact]
    public async Task A_late_message_of_a_finished_clip_is_stale()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.FinishAsync(video, new(0.1, 0.2, 0.7));
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);

        Assert.Equal(StartOutcome.Stale, (await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: true, Cancellation)).Outcome);
        Assert.Equal(StartOutcome.Stale, (await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Extracted, alone: true, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Retries_wait_ever_longer_are_taken_once_and_come_to_an_end()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        foreach (var wait in new[] { 1, 2, 4 })
        {
            Assert.True(await bench.Videos.RetryAsync(await bench.StartAsync(video), Cancellation));
            bench.Clock.Advance(TimeSpan.FromSeconds(wait - 0.1));
            Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
            bench.Clock.Advance(TimeSpan.FromSeconds(0.2));
            Assert.IsType<VideoFound>(Assert.Single(await bench.Pending.TakeDueAsync(_ => true, Cancellation)).Message);
            Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
        }

        Assert.False(await bench.Videos.RetryAsync(await bench.StartAsync(video), Cancellation));
    }

    [Fact]
    public async Task Retries_of_a_clip_wait_ever_longer_are_taken_once_and_come_to_an_end()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var clip = await CutWholeAsync(bench, video);
        await bench.Pending.TakeAsync([video.VideoId], Cancellation);
        foreach (var wait in new[] { 1, 2, 4 })
        {
            Assert.True(await bench.Clips.RetryAsync(await StartClipAsync(bench, video, clip, WorkStatus.Cut), WorkStatus.Cut, Cancellation));
            bench.Clock.Advance(TimeSpan.FromSeconds(wait - 0.1));
            Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
            bench.Clock.Advance(TimeSpan.FromSeconds(0.2));
            Assert.IsType<ClipReady>(Assert.Single(await bench.Pending.TakeDueAsync(_ => true, Cancellation)).Message);
            Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
        }

        Assert.False(await bench.Clips.RetryAsync(await StartClipAsync(bench, video, clip, WorkStatus.Cut), WorkStatus.Cut, Cancellation));
    }

    [Fact]
    public async Task Postponed_work_is_offered_again_when_its_time_has_come_and_counts_as_no_attempt()
    {
        using var bench = await LedgerBench.StartAsync();
        var (found, cut) = (await bench.SeeAsync("p1/a.mp4"), await bench.SeeAsync("p1/b.mp4", "01"));
        var clip = await CutWholeAsync(bench, cut);
        await bench.Pending.TakeAsync([found.VideoId, cut.VideoId], Cancellation);
        await bench.Videos.PostponeAsync(await bench.StartAsync(found), TimeSpan.FromSeconds(10), Cancellation);
        await bench.Clips.PostponeAsync(await StartClipAsync(bench, cut, clip, WorkStatus.Cut), WorkStatus.Cut, TimeSpan.FromSeconds(10), Cancellation);

        bench.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
        bench.Clock.Advance(TimeSpan.FromSeconds(0.2));
        var due = await bench.Pending.TakeDueAsync(_ => true, Cancellation);

        Assert.Equal([(typeof(VideoFound), 0), (typeof(ClipReady), 0)], due.Select(pending => (pending.Message.GetType(), pending.Starts)));
    }

    [Fact]
    public async Task Pending_work_can_be_made_again_from_the_rows_alone()
    {
        using var bench = await LedgerBench.StartAsync();
        var found = await bench.SeeAsync("p1/found.mp4");
        var cut = await bench.SeeAsync("p1/cut.mp4", "01");
        var work = await bench.StartAsync(cut);
        var clip = LedgerIds.Clip(cut.VideoId, bench.Target.Plan, 0);
        await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation);
        await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation);

        var pending = await bench.Pending.TakeAsync([found.VideoId, cut.VideoId], Cancellation);

        Assert.Equal(new VideoFound(1, found.VideoId, found.StudyDay, 0), Assert.Single(pending, entry => entry.VideoId == found.VideoId).Message);
        Assert.Equal(new ClipReady(2, clip, cut.StudyDay, 0), Assert.Single(pending, entry => entry.VideoId == cut.VideoId).Message);
    }

    [Fact]
    public async Task A_video_whose_cutting_was_interrupted_also_waits_for_the_predictions_of_clips_that_have_features()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        var (extracted, cut) = (LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0), LedgerIds.Clip(video.VideoId, bench.Target.Plan, 1));
        await bench.Clips.CutAsync(work, extracted, 0, "ff", Cancellation);
        await bench.Clips.CutAsync(work, cut, 1, "ff", Cancellation);
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, extracted, 0, WorkStatus.Cut, alone: true, Cancellation);
        await bench.Clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation);
        await bench.Videos.InterruptAsync(work);

        var pending = (await bench.Pending.TakeAsync([video.VideoId], Cancellation)).Select(entry => entry.Message).ToList();

        Assert.Equal(2, pending.Count);
        Assert.Single(pending.OfType<VideoFound>());
        Assert.Equal(extracted, Assert.Single(pending.OfType<FeaturesReady>()).ClipId);
    }

    [Fact]
    public async Task A_retry_that_a_new_run_takes_up_does_not_come_a_second_time()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.Videos.RetryAsync(await bench.StartAsync(video), Cancellation);
        bench.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Single(await bench.Pending.TakeAsync([video.VideoId], Cancellation));

        Assert.Empty(await bench.Pending.TakeDueAsync(_ => true, Cancellation));
    }

    [Fact]
    public async Task Retries_of_videos_that_a_run_was_not_given_stay_for_theirs()
    {
        using var bench = await LedgerBench.StartAsync();
        var (mine, other) = (await bench.SeeAsync("p1/a.mp4"), await bench.SeeAsync("p1/b.mp4", "01"));
        await bench.Videos.RetryAsync(await bench.StartAsync(mine), Cancellation);
        await bench.Videos.RetryAsync(await bench.StartAsync(other), Cancellation);
        bench.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(mine.VideoId, Assert.Single(await bench.Pending.TakeDueAsync(video => video == mine.VideoId, Cancellation)).VideoId);
        Assert.Equal(other.VideoId, Assert.Single(await bench.Pending.TakeDueAsync(_ => true, Cancellation)).VideoId);
    }

    [Fact]
    public async Task A_rejected_video_is_kept_until_the_limit_that_rejected_it_is_raised()
    {
        using var bench = await LedgerBench.StartAsync();
        var limits = new VideoLimits { MaxFrames = 100 };
        var video = await bench.SeeAsync("p1/a.mp4", limits: limits);
        await bench.Completion.RejectVideoAsync(await bench.StartAsync(video), ReasonCode.TooManyFrames, "200 frames", 100, Cancellation);

        Assert.Equal(RegisteredState.Finished, (await bench.SeeAsync("p1/a.mp4", limits: limits)).State);
        Assert.Equal(RegisteredState.Finished, (await bench.SeeAsync("p1/a.mp4", limits: limits with { MaxFramePixels = 99_999_999 })).State);
        Assert.Equal(RegisteredState.Due, (await bench.SeeAsync("p1/a.mp4", limits: limits with { MaxFrames = 101 })).State);
    }

    [Fact]
    public async Task A_failed_video_is_tried_again_and_a_crashed_one_only_by_force()
    {
        using var bench = await LedgerBench.StartAsync();
        var failed = await bench.SeeAsync("p1/failed.mp4");
        await bench.Videos.FailAsync(failed.VideoId, 0, ReasonCode.DecodeTimeout, "", Cancellation);
        var crashed = await bench.SeeAsync("p1/crashed.mp4", "01");
        await bench.Videos.FailAsync(crashed.VideoId, 0, ReasonCode.Crashed, "", Cancellation);

        Assert.Equal(RegisteredState.Due, (await bench.SeeAsync("p1/failed.mp4")).State);
        Assert.Equal(RegisteredState.Finished, (await bench.SeeAsync("p1/crashed.mp4", "01")).State);
        Assert.Equal(RegisteredState.Due, (await bench.SeeAsync("p1/crashed.mp4", "01", force: true)).State);
    }

    [Fact]
    public async Task A_study_completes_only_when_its_listing_is_finished_and_again_with_a_late_video()
    {
        using var bench = await LedgerBench.StartAsync();
        var first = await bench.SeeAsync("p1/a.mp4");
        await bench.FinishAsync(first, new(0.2, 0.2, 0.6));
        await bench.Completion.CompleteStudyAsync(first.StudyId, Cancellation);
        Assert.Equal(WorkStatus.Open, Assert.Single(await bench.Results.StudiesAsync([first.StudyId], null, Cancellation)).Status);

        var once = await bench.CompleteAsync(first);
        var late = await bench.SeeAsync("p1/b.mp4", "01");
        await bench.FinishAsync(late, new(0.8, 0.1, 0.1));
        var twice = await bench.CompleteAsync(late);

        Assert.Equal((WorkStatus.Done, 1), (once.Status, once.Revision));
        Assert.Equal((WorkStatus.Done, 2), (twice.Status, twice.Revision));
        Assert.Equal(Diagnosis.Covid, twice.Result!.Value.Diagnosis);
        Assert.Equal(0.3, twice.Result!.Value.Spread, 12);
    }

    [Fact]
    public async Task A_study_of_rejected_videos_alone_has_failed()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.Completion.RejectVideoAsync(await bench.StartAsync(video), ReasonCode.Empty, "", null, Cancellation);

        var study = await bench.CompleteAsync(video);

        Assert.Equal((WorkStatus.Failed, 1), (study.Status, study.Count(WorkStatus.Rejected)));
        Assert.Null(study.Result);
    }

    [Fact]
    public async Task New_content_takes_the_place_of_the_old_in_its_study()
    {
        using var bench = await LedgerBench.StartAsync();
        await bench.FinishAsync(await bench.SeeAsync("p1/a.mp4", "00"), new(0.9, 0.05, 0.05));
        var changed = await bench.SeeAsync("p1/a.mp4", "01");
        await bench.FinishAsync(changed, new(0, 0, 1));
        await bench.Register.SupersedeAsync([changed], Cancellation);

        var study = await bench.CompleteAsync(changed);

        Assert.Equal(Diagnosis.Healthy, study.Result!.Value.Diagnosis);
        Assert.Single(study.Videos);

        var back = await bench.SeeAsync("p1/a.mp4", "00");
        await bench.Register.SupersedeAsync([back], Cancellation);
        Assert.Equal(Diagnosis.Covid, (await bench.CompleteAsync(back)).Result!.Value.Diagnosis);
    }

    [Fact]
    public async Task Another_bundle_adds_a_generation_and_the_first_is_found_again_without_work()
    {
        using var bench = await LedgerBench.StartAsync();
        var other = bench.Target with { BundleId = "c2c2c2c2c2c2c2" };
        await bench.FinishAsync(await bench.SeeAsync("p1/a.mp4"), new(0.9, 0.05, 0.05));
        var second = await bench.SeeAsync("p1/a.mp4", target: other);
        await bench.FinishAsync(second, new(0, 0, 1), other);

        var back = await bench.SeeAsync("p1/a.mp4");

        Assert.Equal((RegisteredState.Due, 1), (second.State, second.Generation));
        Assert.Equal((RegisteredState.Finished, 0), (back.State, back.Generation));
        var video = Assert.Single(await bench.Results.VideosAsync(new Dictionary<Guid, int> { [back.VideoId] = 0 }, Cancellation));
        Assert.Equal((Diagnosis.Covid, "tiny@1+b1b1b1b1b1b1"), (video.Result!.Value.Diagnosis, video.Model));
    }

    [Fact]
    public async Task Other_windows_are_other_clips_of_the_same_video()
    {
        using var bench = await LedgerBench.StartAsync();
        await bench.FinishAsync(await bench.SeeAsync("p1/a.mp4"), new(0.9, 0.05, 0.05));

        var windows = await bench.SeeAsync("p1/a.mp4", target: bench.Target with { Plan = ClipPlan.Windows(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)) });

        Assert.Equal((RegisteredState.Due, 1), (windows.State, windows.Generation));
    }

    [Fact]
    public async Task A_clip_whose_frames_are_gone_steps_back_and_is_cut_again()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation);
        await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation);
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: true, Cancellation);

        Assert.True(await bench.Clips.StepBackAsync(started!, WorkStatus.Cut, Cancellation));
        Assert.True(await bench.Videos.StepBackAsync(video.VideoId, 0, Cancellation));

        Assert.True(await bench.Clips.CutAsync(await bench.StartAsync(video), clip, 0, "ff", Cancellation));
    }

    [Fact]
    public async Task A_cut_video_steps_back_for_a_clip_that_stepped_back_while_it_was_being_cut()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        var work = await bench.StartAsync(video);
        var (gone, kept) = (LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0), LedgerIds.Clip(video.VideoId, bench.Target.Plan, 1));
        await bench.Clips.CutAsync(work, gone, 0, "ff", Cancellation);
        await bench.Clips.CutAsync(work, kept, 1, "ff", Cancellation);
        var (_, started) = await bench.Clips.StartAsync(video.StudyDay, gone, 0, WorkStatus.Cut, alone: true, Cancellation);
        Assert.True(await bench.Clips.StepBackAsync(started!, WorkStatus.Cut, Cancellation));
        Assert.False(await bench.Videos.StepBackAsync(video.VideoId, 0, Cancellation));
        await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 2, Cancellation);

        Assert.Equal(1, await bench.Videos.StepBackIncompleteAsync([video.VideoId], Cancellation));

        var again = await bench.StartAsync(video);
        Assert.True(await bench.Clips.CutAsync(again, gone, 0, "ff", Cancellation));
        Assert.True(await bench.Clips.CutAsync(again, kept, 1, "ff", Cancellation));
        await bench.Videos.CutAsync(again, new DecodedFacts("h264", 10, 10, 50, null, []), 2, Cancellation);
        Assert.Equal(0, await bench.Videos.StepBackIncompleteAsync([video.VideoId], Cancellation));
    }

    [Fact]
    public async Task A_move_of_one_video_leaves_another_in_the_same_state_alone()
    {
        using var bench = await LedgerBench.StartAsync();
        var (mine, other) = (await bench.SeeAsync("p1/a.mp4"), await bench.SeeAsync("p2/b.mp4", "01"));
        var (clip, otherClip) = (await CutWholeAsync(bench, mine), await CutWholeAsync(bench, other));
        Assert.True(await bench.Clips.StepBackAsync(await StartClipAsync(bench, other, otherClip, WorkStatus.Cut), WorkStatus.Cut, Cancellation));
        var before = await RowsAsync(bench, other);

        await bench.Studies.ListedAsync([mine.StudyId], bench.Clock.GetUtcNow().UtcDateTime, Cancellation);
        Assert.Equal(0, await bench.Videos.StepBackIncompleteAsync([mine.VideoId], Cancellation));
        Assert.True(await bench.Videos.StepBackAsync(mine.VideoId, 0, Cancellation));
        Assert.Equal(before, await RowsAsync(bench, other));

        await CutWholeAsync(bench, mine);
        var work = await StartClipAsync(bench, mine, clip, WorkStatus.Cut);
        Assert.True(await bench.Clips.ExtractAsync(work, "features/x.npy", "aa", Cancellation));
        Assert.False(await bench.Videos.CompleteAsync(mine.VideoId, 0, Cancellation));
        Assert.True(await bench.Clips.PredictAsync(work, new(0.1, 0.2, 0.7), Cancellation));
        Assert.True(await bench.Videos.CompleteAsync(mine.VideoId, 0, Cancellation));
        Assert.Equal(before, await RowsAsync(bench, other));
    }

    [Fact]
    public async Task Two_who_register_the_same_video_make_one_row()
    {
        using var bench = await LedgerBench.StartAsync();

        var registered = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bench.SeeAsync("p1/a.mp4")));

        Assert.Single(registered.Select(video => (video.VideoId, video.Generation)).Distinct());
        Assert.Single(Assert.Single(await bench.Results.StudiesAsync(null, Cancellation)).Videos);
    }

    /// <summary>Takes a video to cut, with one clip.</summary>
    private static async Task<Guid> CutWholeAsync(LedgerBench bench, RegisteredVideo video)
    {
        var work = await bench.StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, work.Plan, 0);
        Assert.True(await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation));
        Assert.True(await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation));
        return clip;
    }

    private static async Task<ClipWork> StartClipAsync(LedgerBench bench, RegisteredVideo video, Guid clip, string status) =>
        (await bench.Clips.StartAsync(video.StudyDay, clip, video.Generation, status, alone: true, Cancellation)).Work!;

    /// <summary>A video and its study as they stand in the ledger.</summary>
    private static async Task<string> RowsAsync(LedgerBench bench, RegisteredVideo video)
    {
        await using var ledger = bench.Open();
        var row = await ledger.Videos.AsNoTracking().SingleAsync(one => one.VideoId == video.VideoId, Cancellation);
        var study = await ledger.Studies.AsNoTracking().SingleAsync(one => one.StudyId == video.StudyId, Cancellation);
        return JsonSerializer.Serialize(row) + JsonSerializer.Serialize(study);
    }

    /// <summary>An attempt at ingest that has no end.</summary>
    private static async Task CutAsync(LedgerBench bench, RegisteredVideo video, params int[] clips)
    {
        var work = await bench.StartAsync(video);
        foreach (var index in clips)
        {
            var clip = LedgerIds.Clip(video.VideoId, work.Plan, index);
            Assert.True(await bench.Clips.CutAsync(work, clip, index, "ff", Cancellation));
            await bench.Videos.GotFurtherAsync(work, clip, Cancellation);
        }
    }
}
