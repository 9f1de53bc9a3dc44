using System.Text.Json;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>A worker that was paused past its lease cannot move what another worker has started since.</summary>
public sealed class FencingTests(TestServers servers)
{
    private static readonly DecodedFacts Facts = new("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_paused_worker_does_not_move_a_video_that_another_has_started(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var paused = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var late = await paused.StartAsync(found);
        shared.Clock.Move(16);
        var other = await shared.JoinAsync();
        var work = await other.StartAsync(found);

        await AssertUnmovedAsync(shared, found, paused, late);
        Assert.True(await other.Videos.CutAsync(work, Facts, 1, Cancellation));
        await AssertUnmovedAsync(shared, found, paused, late);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_paused_worker_does_not_move_a_video_that_another_has_given_back(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var paused = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var late = await paused.StartAsync(found);
        shared.Clock.Move(16);
        var other = await shared.JoinAsync();
        await other.Videos.InterruptAsync(await other.StartAsync(found));

        await AssertUnmovedAsync(shared, found, paused, late);
        await other.StartAsync(found);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres, WorkStatus.Cut)]
    [InlineData(LedgerKind.Sqlite, WorkStatus.Cut)]
    [InlineData(LedgerKind.Postgres, WorkStatus.Extracted)]
    [InlineData(LedgerKind.Sqlite, WorkStatus.Extracted)]
    public async Task A_paused_worker_does_not_move_a_clip_that_another_has_started(LedgerKind kind, string status)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var paused = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await paused.CutAsync(found));
        if (status == WorkStatus.Extracted)
            await paused.ExtractAsync(clip);
        var late = await paused.StartAsync(clip, status);
        shared.Clock.Move(16);
        var other = await shared.JoinAsync();
        var work = await other.StartAsync(clip, status);

        await AssertUnmovedAsync(shared, paused, late, status);

        Assert.True(status == WorkStatus.Cut
            ? await other.Clips.ExtractAsync(work, "features/x.npy", "aa", Cancellation)
            : await other.Clips.PredictAsync(work, LedgerWorker.Healthy, Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres, WorkStatus.Cut)]
    [InlineData(LedgerKind.Sqlite, WorkStatus.Cut)]
    [InlineData(LedgerKind.Postgres, WorkStatus.Extracted)]
    [InlineData(LedgerKind.Sqlite, WorkStatus.Extracted)]
    public async Task A_paused_worker_does_not_move_a_clip_that_another_has_given_back(LedgerKind kind, string status)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var paused = await shared.JoinAsync();
        var clip = Assert.Single(await paused.CutAsync(await shared.ArriveAsync("p1/a.mp4")));
        if (status == WorkStatus.Extracted)
            await paused.ExtractAsync(clip);
        var late = await paused.StartAsync(clip, status);
        shared.Clock.Move(16);
        var other = await shared.JoinAsync();
        await other.Clips.InterruptAsync(await other.StartAsync(clip, status), status);

        await AssertUnmovedAsync(shared, paused, late, status);
        await other.StartAsync(clip, status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task What_looked_crashed_is_not_failed_once_another_worker_has_started_it(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await (await shared.JoinAsync()).CutAsync(await shared.ArriveAsync("p1/b.mp4", "01")));
        for (var death = 0; death < 2; death++)
        {
            var dies = await shared.JoinAsync();
            await dies.StartAsync(found);
            await dies.StartAsync(clip, WorkStatus.Cut);
            shared.Clock.Move(16);
        }
        var paused = await shared.JoinAsync();
        var (late, lateClip) = (await paused.StartAsync(found), await paused.StartAsync(clip, WorkStatus.Cut));
        shared.Clock.Move(16);
        var judge = await shared.JoinAsync();
        var (outcome, crashed) = await judge.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation);
        var (clipOutcome, crashedClip) = await judge.TryStartAsync(clip, WorkStatus.Cut);
        Assert.Equal((StartOutcome.Crashed, StartOutcome.Crashed), (outcome, clipOutcome));

        await paused.Videos.InterruptAsync(late);
        await paused.Clips.InterruptAsync(lateClip, WorkStatus.Cut);
        await paused.StartAsync(found);
        var other = await shared.JoinAsync();
        await other.StartAsync(clip, WorkStatus.Cut);
        await paused.Videos.InterruptAsync(late);
        var work = await other.StartAsync(found);

        Assert.False(await judge.Completion.FailVideoAsync(crashed!, ReasonCode.Crashed, "", Cancellation));
        Assert.False(await judge.Clips.FailAsync(crashedClip!, WorkStatus.Cut, ReasonCode.Crashed, Cancellation));
        Assert.True(await other.Completion.FailVideoAsync(work, ReasonCode.Crashed, "", Cancellation));
        Assert.Equal(WorkStatus.Failed, (await shared.VideoAsync(found.VideoId)).Status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_clip_that_is_cut_again_stays_with_the_worker_that_has_started_it(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var (ingest, features) = (await shared.JoinAsync(), await shared.JoinAsync());
        var video = await ingest.StartAsync(await shared.ArriveAsync("p1/a.mp4"));
        var id = LedgerIds.Clip(video.VideoId, video.Plan, 0);
        Assert.True(await ingest.Clips.CutAsync(video, id, 0, "ff", Cancellation));
        var work = await features.StartAsync(LedgerWorker.ClipOf(video, 0), WorkStatus.Cut);

        Assert.True(await ingest.Clips.CutAsync(video, id, 0, "ff", Cancellation));

        Assert.Equal(StartOutcome.Busy, (await ingest.TryStartAsync(work, WorkStatus.Cut)).Outcome);
        Assert.True(await features.Clips.ExtractAsync(work, "features/x.npy", "aa", Cancellation));
    }

    private static async Task AssertUnmovedAsync(SharedLedger shared, VideoFound found, LedgerWorker paused, VideoWork late)
    {
        var before = JsonSerializer.Serialize(await shared.VideoAsync(found.VideoId));
        await paused.Videos.InterruptAsync(late);
        await paused.Videos.PostponeAsync(late, TimeSpan.FromSeconds(10), Cancellation);
        Assert.True(await paused.Videos.RetryAsync(late, Cancellation));
        await paused.Videos.GotFurtherAsync(late with { CutBefore = new HashSet<Guid>() }, Guid.NewGuid(), Cancellation);
        Assert.False(await paused.Videos.CutAsync(late, Facts with { Codec = "late" }, 3, Cancellation));
        Assert.False(await paused.Videos.RejectAsync(late, ReasonCode.TooLargeFrame, "", 1, Cancellation));
        Assert.False(await paused.Videos.FailAsync(late, ReasonCode.Crashed, "", Cancellation));
        Assert.Equal(before, JsonSerializer.Serialize(await shared.VideoAsync(found.VideoId)));
    }

    private static async Task AssertUnmovedAsync(SharedLedger shared, LedgerWorker paused, ClipWork late, string status)
    {
        var before = JsonSerializer.Serialize(await shared.ClipAsync(late.ClipId));
        await paused.Clips.InterruptAsync(late, status);
        await paused.Clips.PostponeAsync(late, status, TimeSpan.FromSeconds(10), Cancellation);
        Assert.True(await paused.Clips.RetryAsync(late, status, Cancellation));
        Assert.False(await paused.Clips.StepBackAsync(late, status, Cancellation));
        Assert.False(await paused.Clips.FailAsync(late, status, ReasonCode.Crashed, Cancellation));
        Assert.False(status == WorkStatus.Cut
            ? await paused.Clips.ExtractAsync(late, "features/late.npy", "bb", Cancellation)
            : await paused.Clips.PredictAsync(late, new(0.8, 0.1, 0.1), Cancellation));
        Assert.Equal(before, JsonSerializer.Serialize(await shared.ClipAsync(late.ClipId)));
        await using (var ledger = shared.Open())
            Assert.Equal(0, await ledger.Predictions.CountAsync(Cancellation));
    }
}
