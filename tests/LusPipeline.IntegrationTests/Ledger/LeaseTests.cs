using System.Diagnostics;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>Who may start work, and when.</summary>
public sealed class LeaseTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Work_is_busy_while_its_worker_lives_and_free_after(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var (first, second) = (await shared.JoinAsync(), await shared.JoinAsync());
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await first.CutAsync(await shared.ArriveAsync("p1/b.mp4", "01")));
        await first.StartAsync(found);
        await first.StartAsync(clip, WorkStatus.Cut);

        for (var beat = 0; beat < 3; beat++)
        {
            shared.Clock.Move(14.9);
            Assert.Equal(StartOutcome.Busy, (await second.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation)).Outcome);
            Assert.Equal(StartOutcome.Busy, (await second.TryStartAsync(clip, WorkStatus.Cut)).Outcome);
            await first.BeatAsync();
        }
        shared.Clock.Move(15.1);

        await second.StartAsync(found);
        await second.StartAsync(clip, WorkStatus.Cut);
        Assert.Equal((second.Id, 2), ((await shared.VideoAsync(found.VideoId)).WorkerId, (await shared.VideoAsync(found.VideoId)).Starts));
    }

    /// <summary>A standby took over that lacks the ends of a living worker's attempts.</summary>
    [Fact]
    public async Task Rows_that_a_living_worker_is_not_at_are_free_when_it_gives_them_back_and_those_that_it_is_at_stay_its_own()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var (worker, other) = (await shared.JoinAsync(), await shared.JoinAsync());
        var (held, lost) = (await shared.ArriveAsync("p1/a.mp4"), await shared.ArriveAsync("p1/b.mp4", "01"));
        var clips = await worker.CutAsync(await shared.ArriveAsync("p1/c.mp4", "02"), clips: 2);
        foreach (var video in new[] { held, lost })
            await worker.StartAsync(video);
        foreach (var clip in clips)
            await worker.StartAsync(clip, WorkStatus.Cut);
        var clock = new DatabaseClock();
        clock.Synchronize(shared.Clock.Now, Stopwatch.GetTimestamp());

        var released = await new WorkerRegister(shared.Open, clock).ReleaseAsync(worker.Id, [held.VideoId, clips[0].ClipId], Cancellation);

        Assert.Equal(2, released);
        Assert.Equal(StartOutcome.Busy, (await other.Videos.StartAsync(held.VideoId, 0, alone: true, Cancellation)).Outcome);
        Assert.Equal(StartOutcome.Busy, (await other.TryStartAsync(clips[0], WorkStatus.Cut)).Outcome);
        shared.Clock.Move(1);
        var published = await other.Sweeper.TakeAsync(new PerStage<long>(100, 100, 100), Cancellation);
        Assert.Equal([lost.VideoId], published.OfType<VideoFound>().Select(message => message.VideoId));
        Assert.Equal([clips[1].ClipId], published.OfType<ClipReady>().Select(message => message.ClipId));
        await other.StartAsync(lost);
        Assert.Equal(1, (await shared.VideoAsync(lost.VideoId)).Starts);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_workers_own_work_starts_again_without_counting(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await worker.CutAsync(await shared.ArriveAsync("p1/b.mp4", "01")));

        for (var start = 0; start < 5; start++)
        {
            await worker.StartAsync(found);
            await worker.StartAsync(clip, WorkStatus.Cut);
        }

        Assert.Equal(1, (await shared.VideoAsync(found.VideoId)).Starts);
        Assert.Equal(1, (await shared.ClipAsync(clip.ClipId)).Starts);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Three_starts_by_workers_that_died_are_crashed_and_not_before_the_last_is_dead(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await (await shared.JoinAsync()).CutAsync(await shared.ArriveAsync("p1/b.mp4", "01")));
        for (var death = 0; death < 3; death++)
        {
            var dies = await shared.JoinAsync();
            await dies.StartAsync(found);
            await dies.StartAsync(clip, WorkStatus.Cut);
            var other = await shared.JoinAsync();
            Assert.Equal(StartOutcome.Busy, (await other.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation)).Outcome);
            Assert.Equal(StartOutcome.Busy, (await other.TryStartAsync(clip, WorkStatus.Cut)).Outcome);
            shared.Clock.Move(20);
        }

        var last = await shared.JoinAsync();
        var (video, work) = await last.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation);
        Assert.Equal((StartOutcome.Crashed, found.VideoId), (video, work!.VideoId));
        Assert.Equal(StartOutcome.Crashed, (await last.TryStartAsync(clip, WorkStatus.Cut)).Outcome);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_graceful_interruption_does_not_count_and_frees_the_work_at_once(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var (first, second) = (await shared.JoinAsync(), await shared.JoinAsync());
        var found = await shared.ArriveAsync("p1/a.mp4");
        var clip = Assert.Single(await first.CutAsync(await shared.ArriveAsync("p1/b.mp4", "01")));
        for (var time = 0; time < 4; time++)
        {
            await first.Videos.InterruptAsync(await first.StartAsync(found));
            await first.Clips.InterruptAsync(await first.StartAsync(clip, WorkStatus.Cut), WorkStatus.Cut);
        }

        await second.StartAsync(found);
        await second.StartAsync(clip, WorkStatus.Cut);
        Assert.Equal(1, (await shared.VideoAsync(found.VideoId)).Starts);
        Assert.Equal(1, (await shared.ClipAsync(clip.ClipId)).Starts);
    }

    [Fact]
    public async Task What_a_worker_has_that_leaves_for_good_is_free_at_once()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var (leaves, stays) = (await shared.JoinAsync(), await shared.JoinAsync());
        var found = await shared.ArriveAsync("p1/a.mp4");
        await leaves.StartAsync(found);
        Assert.True(await leaves.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));

        await new WorkerRegister(shared.Open, new DatabaseClock()).LeaveAsync(leaves.Id, Cancellation);

        await stays.StartAsync(found);
        Assert.True(await stays.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Of_many_workers_that_get_the_same_message_one_starts(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var workers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => shared.JoinAsync()));
        for (var round = 0; round < 10; round++)
        {
            var found = await shared.ArriveAsync($"p1/{round}.mp4", $"{round}");

            var outcomes = await Task.WhenAll(workers.Select(async worker => (await worker.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation)).Outcome));

            Assert.Equal((1, 11), (outcomes.Count(outcome => outcome == StartOutcome.Started), outcomes.Count(outcome => outcome == StartOutcome.Busy)));
        }
    }
}
