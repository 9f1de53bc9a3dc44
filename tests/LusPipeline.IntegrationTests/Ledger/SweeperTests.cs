using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.IntegrationTests.Ledger;

public sealed class SweeperTests(TestServers servers)
{
    private static readonly PerStage<long> Empty = new(0, 0, 0);
    private static readonly PerStage<long> Full = new(1000, 1000, 1000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_retry_is_published_when_it_is_due_and_once(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        foreach (var wait in new[] { 1, 2, 4 })
        {
            Assert.True(await worker.Videos.RetryAsync(await worker.StartAsync(found), Cancellation));
            shared.Clock.Move(wait - 0.01);
            Assert.Empty(await worker.Sweeper.TakeAsync(Full, Cancellation));
            shared.Clock.Move(0.02);
            Assert.Equal([found], await worker.Sweeper.TakeAsync(Full, Cancellation));
            Assert.Empty(await worker.Sweeper.TakeAsync(Full, Cancellation));
        }

        Assert.False(await worker.Videos.RetryAsync(await worker.StartAsync(found), Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Work_of_a_dead_worker_comes_back_with_the_end_of_its_lease_and_that_of_a_living_one_does_not(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var (dies, lives) = (await shared.JoinAsync(), await shared.JoinAsync());
        var found = await shared.ArriveAsync("p1/a.mp4");
        var kept = await shared.ArriveAsync("p1/b.mp4", "01");
        var clips = await dies.CutAsync(await shared.ArriveAsync("p1/c.mp4", "02"), 2);
        await dies.StartAsync(found);
        await lives.StartAsync(kept);
        await dies.StartAsync(clips[0], WorkStatus.Cut);
        await dies.ExtractAsync(clips[1]);
        await dies.StartAsync(clips[1], WorkStatus.Extracted);

        for (var seconds = 0; seconds < 14; seconds += 2)
        {
            shared.Clock.Move(2);
            await lives.BeatAsync();
            Assert.Empty(await lives.Sweeper.TakeAsync(Full, Cancellation));
        }
        shared.Clock.Move(1.1);
        var messages = await lives.Sweeper.TakeAsync(Full, Cancellation);

        Assert.Equal([found], messages.OfType<VideoFound>());
        Assert.Equal(clips[0].ClipId, Assert.Single(messages.OfType<ClipReady>()).ClipId);
        var ready = Assert.Single(messages.OfType<FeaturesReady>());
        Assert.Equal(clips[1].ClipId, ready.ClipId);
        await lives.StartAsync(clips[0], WorkStatus.Cut);
        var started = await lives.StartAsync(clips[1], WorkStatus.Extracted);
        Assert.Equal(("features/x.npy", "aa"), (started.FeaturesKey, started.FeaturesSha256));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_lost_message_is_published_again_at_growing_intervals_up_to_an_hour(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4", urgent: true);
        Assert.True(found.Urgent);
        foreach (var interval in new[] { 60, 120, 240, 480, 960, 1920, 3600, 3600 })
        {
            shared.Clock.Move(interval - 0.1);
            Assert.Empty(await worker.Sweeper.TakeAsync(Empty, Cancellation));
            shared.Clock.Move(0.2);
            Assert.Equal([found], await worker.Sweeper.TakeAsync(Empty, Cancellation));
            shared.Clock.Move(-0.1);
        }
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Of_a_long_backlog_only_as_many_are_published_again_as_the_queue_lacks_the_oldest_first(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = new List<VideoFound>();
        var cut = new List<Guid>();
        for (var index = 0; index < 5; index++)
        {
            found.Add(await shared.ArriveAsync($"p1/{index}.mp4", $"{index}"));
            cut.Add(Assert.Single(await worker.CutAsync(await shared.ArriveAsync($"p2/{index}.mp4", $"c{index}"))).ClipId);
            shared.Clock.Move(1);
        }
        shared.Clock.Move(600);

        Assert.Empty(await worker.Sweeper.TakeAsync(new(5, 5, 0), Cancellation));
        Assert.Empty(await worker.Sweeper.TakeAsync(new(7, 9, 0), Cancellation));
        var some = await worker.Sweeper.TakeAsync(new(3, 4, 0), Cancellation);
        Assert.Equal(found.Take(2), some.OfType<VideoFound>());
        Assert.Equal(cut.Take(1), some.OfType<ClipReady>().Select(ready => ready.ClipId));
        Assert.Empty(await worker.Sweeper.TakeAsync(new(3, 4, 0), Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task After_a_wiped_broker_everything_comes_back(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync([.. Enumerable.Range(0, 30).Select(index => SharedLedger.Seen($"p{index}/a.mp4", $"{index}"))]);
        var waiting = new List<Guid>();
        foreach (var message in found.Take(10))
            waiting.Add(Assert.Single(await worker.CutAsync(message)).ClipId);
        shared.Clock.Move(61);

        var messages = await worker.Sweeper.TakeAsync(Empty, Cancellation);

        Assert.Equal(found.Skip(10).Select(message => message.VideoId).Order(), messages.OfType<VideoFound>().Select(message => message.VideoId).Order());
        Assert.Equal(waiting.Order(), messages.OfType<ClipReady>().Select(ready => ready.ClipId).Order());
        Assert.Empty(await worker.Sweeper.TakeAsync(Empty, Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_clip_of_an_older_generation_is_not_published(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.CutAsync(await shared.ArriveAsync("p1/a.mp4"));
        Assert.Single(await new VideoRegister(shared.Open, shared.Clock)
            .RequestAsync([SharedLedger.Seen("p1/a.mp4")], shared.Target, new(), force: true, Cancellation));
        shared.Clock.Move(61);

        Assert.DoesNotContain(await worker.Sweeper.TakeAsync(Empty, Cancellation), message => message is ClipReady);
    }
}
