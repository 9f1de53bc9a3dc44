using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>Videos whose last step died with its worker.</summary>
public sealed class VideoSettlementTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_video_all_of_whose_clips_are_done_is_completed(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var clip = Assert.Single(await worker.CutAsync(await shared.ArriveAsync("p1/a.mp4")));
        await worker.ExtractAsync(clip);
        await worker.Clips.PredictAsync(await worker.StartAsync(clip, WorkStatus.Extracted), LedgerWorker.Healthy, Cancellation);

        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));
        Assert.Equal(WorkStatus.Cut, (await shared.VideoAsync(clip.VideoId)).Status);
        shared.Clock.Move(61);
        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));

        Assert.Equal(WorkStatus.Done, (await shared.VideoAsync(clip.VideoId)).Status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_video_one_of_whose_clips_failed_fails_with_its_reason(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var clip = Assert.Single(await worker.CutAsync(await shared.ArriveAsync("p1/a.mp4")));
        await worker.Clips.FailAsync(await worker.StartAsync(clip, WorkStatus.Cut), WorkStatus.Cut, ReasonCode.Crashed, Cancellation);
        shared.Clock.Move(61);

        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));

        var video = await shared.VideoAsync(clip.VideoId);
        Assert.Equal((WorkStatus.Failed, ReasonCode.Crashed), (video.Status, video.Reason));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_video_that_lacks_a_clip_is_cut_again_and_says_that_it_is_urgent(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4", urgent: true);
        var clips = await worker.CutAsync(found, 2);
        await worker.PredictAsync(clips[0], (await shared.StudyAsync("p1")).StudyId);
        await worker.Clips.StepBackAsync(await worker.StartAsync(clips[1], WorkStatus.Cut), WorkStatus.Cut, Cancellation);
        shared.Clock.Move(61);

        Assert.Equal([found], await worker.Settlement.SettleDueAsync(Cancellation));
        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));
        await worker.StartAsync(found);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_video_whose_clips_still_wait_is_left_and_looked_at_later(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        await worker.CutAsync(found, 2);
        shared.Clock.Move(61);

        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));

        var video = await shared.VideoAsync(found.VideoId);
        Assert.Equal((WorkStatus.Cut, shared.Clock.Now.AddSeconds(60)), (video.Status, video.NotBefore));
    }

    [Fact]
    public async Task A_sweep_over_many_videos_takes_a_few_statements()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        foreach (var found in await shared.ArriveAsync([.. Enumerable.Range(0, 40).Select(index => SharedLedger.Seen($"p1/{index}.mp4", $"{index}"))]))
            await worker.CutAsync(found);
        shared.Clock.Move(61);
        shared.Statements.Clear();

        Assert.Empty(await worker.Settlement.SettleDueAsync(Cancellation));

        Assert.Equal(2, shared.Statements.Seen.Count);
        await using var ledger = shared.Open();
        Assert.Equal(40, await ledger.Videos.CountAsync(video => video.NotBefore > shared.Clock.Now, Cancellation));
    }
}
