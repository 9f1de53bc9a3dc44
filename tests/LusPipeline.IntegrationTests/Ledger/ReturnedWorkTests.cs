using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>Messages that the broker gave up delivering.</summary>
public sealed class ReturnedWorkTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task An_innocent_message_comes_back_by_the_sweeper(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var (ready, _) = await ReadyAsync(shared, worker, "p2/a.mp4");

        Assert.Equal(ReturnedOutcome.ComesBack, await worker.Returned.SettleAsync(found, Cancellation));
        Assert.Equal(ReturnedOutcome.ComesBack, await worker.Returned.SettleAsync(ready, Cancellation));
        shared.Clock.Move(15);

        Assert.Equal([found, ready], await worker.Sweeper.TakeAsync(new(1000, 1000, 1000), Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Work_that_killed_three_workers_is_failed_as_crashed(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var (ready, clip) = await ReadyAsync(shared, worker, "p2/a.mp4");
        for (var death = 0; death < 3; death++)
        {
            var dies = await shared.JoinAsync();
            await dies.StartAsync(found);
            await dies.StartAsync(clip, WorkStatus.Cut);
            Assert.Equal(ReturnedOutcome.ComesBack, await worker.Returned.SettleAsync(found, Cancellation));
            Assert.Equal(ReturnedOutcome.ComesBack, await worker.Returned.SettleAsync(ready, Cancellation));
            shared.Clock.Move(16);
        }

        Assert.Equal(ReturnedOutcome.Crashed, await worker.Returned.SettleAsync(found, Cancellation));
        Assert.Equal(ReturnedOutcome.Crashed, await worker.Returned.SettleAsync(ready, Cancellation));

        foreach (var id in new[] { found.VideoId, clip.VideoId })
        {
            var video = await shared.VideoAsync(id);
            Assert.Equal((WorkStatus.Failed, ReasonCode.Crashed), (video.Status, video.Reason));
        }
        Assert.Equal(WorkStatus.Failed, (await shared.ClipAsync(ready.ClipId)).Status);
        Assert.Equal(ReturnedOutcome.Stale, await worker.Returned.SettleAsync(found, Cancellation));
        Assert.Equal(ReturnedOutcome.Stale, await worker.Returned.SettleAsync(ready, Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_message_of_what_is_done_is_stale(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        await worker.FinishAsync(found);

        Assert.Equal(ReturnedOutcome.Stale, await worker.Returned.SettleAsync(found, Cancellation));
        Assert.Equal(ReturnedOutcome.Stale, await worker.Returned.SettleAsync(found with { Generation = 1 }, Cancellation));
    }

    private static async Task<(ClipReady Message, ClipWork Clip)> ReadyAsync(SharedLedger shared, LedgerWorker worker, string key)
    {
        var found = await shared.ArriveAsync(key, key);
        var clip = Assert.Single(await worker.CutAsync(found));
        var pending = Assert.Single(await new PendingWork(shared.Open, shared.Clock).TakeAsync([found.VideoId], Cancellation));
        return (Assert.IsType<ClipReady>(pending.Message), clip);
    }
}
