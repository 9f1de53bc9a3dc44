using System.Diagnostics;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>Brokers that restart and come back empty, connections that break, queues that go.</summary>
public sealed class OutageTests(TestServers servers) : IDisposable
{
    private readonly HandledClips _handled = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Consumers_come_back_after_a_broken_connection()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        await using var worker = await _handled.StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri) });
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);
        _handled.Take(1);

        proxy.Cut();
        await broker.SendAsync("lus.features", TestBroker.Clip(2).GetType(), TestBroker.Json(TestBroker.Clip(2)));

        _handled.Take(2);
        await _handled.ArrivesAsync(worker, 3);
    }

    [Fact]
    public async Task Messages_on_a_broker_that_is_killed_are_there_when_it_is_back_and_the_consumers_too()
    {
        await using var own = servers.Private();
        await using var broker = await TestBroker.NewAsync(own);
        await broker.SendAsync("lus.features", TestBroker.Clip(1).GetType(), TestBroker.Json(TestBroker.Clip(1)));
        await own.KillAsync(TestServer.RabbitMq);
        await using var worker = await _handled.StartAsync(broker.Options);
        await own.StartAsync(TestServer.RabbitMq);
        _handled.Take(1);

        await own.KillAsync(TestServer.RabbitMq);
        await own.StartAsync(TestServer.RabbitMq);

        await _handled.ArrivesAsync(worker, 2);
    }

    /// <summary>The bus connects again only when its handlers have ended, so they must not wait for each message.</summary>
    [Fact]
    public async Task A_handler_that_publishes_while_the_connection_is_lost_does_not_wait_for_each_message()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        var options = broker.Options with { Uri = proxy.Address(broker.Options.Uri), PublishTimeout = TimeSpan.FromSeconds(5) };
        var (ready, published) = (new TaskCompletionSource(), new TaskCompletionSource<TimeSpan>());
        TestWorker? self = null;
        await using var worker = await TestWorker.StartAsync(options, async (clip, _) =>
        {
            if (TestBroker.NumberOf(clip) != 1 || published.Task.IsCompleted)
                return;
            proxy.Cut();
            proxy.Refuse();
            await ready.Task;
            var time = Stopwatch.StartNew();
            for (var number = 2; number < 12; number++)
                await self!.Bus.PublishAsync(TestBroker.Clip(number), CancellationToken.None);
            published.TrySetResult(time.Elapsed);
        });
        self = worker;
        ready.SetResult();
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);

        // One message may be on its way when the connection breaks. Ten would take 50 s.
        Assert.InRange((await published.Task.WaitAsync(TestBroker.Patience, Cancellation)).TotalSeconds, 0, 25);
        proxy.Pass();
        await TestBroker.UntilAsync(async () =>
        {
            var before = worker.Log.Lines.Count(line => line.Contains("could not be published", StringComparison.Ordinal));
            await worker.Bus.PublishAsync(TestBroker.Clip(20), Cancellation);
            return worker.Log.Lines.Count(line => line.Contains("could not be published", StringComparison.Ordinal)) == before;
        });
    }

    [Fact]
    public async Task A_broker_that_lost_everything_gets_its_queues_back_and_consumers_resume()
    {
        await using var own = servers.Private();
        await using var broker = await TestBroker.NewAsync(own);
        await using var worker = await _handled.StartAsync(broker.Options);
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);
        _handled.Take(1);

        await own.WipeAsync(TestServer.RabbitMq);
        // The virtual host is its operator's to make again.
        await Assert.ThrowsAsync<BrokerException>(() => worker.Topology.DeclareAsync(Cancellation));
        await own.MakeVirtualHostAsync(broker.Options.Uri.AbsolutePath[1..]);
        await worker.Topology.DeclareAsync(Cancellation);

        await _handled.ArrivesAsync(worker, 2);
        await broker.UntilAsync(depths => depths.Stages[Stage.Features]?.Consumers == 1);
    }

    [Fact]
    public async Task A_queue_that_is_deleted_and_made_anew_under_its_consumer_is_consumed_again()
    {
        await using var broker = await TestBroker.NewAsync(servers, options => options with { Heartbeat = TimeSpan.FromSeconds(2) });
        await using var worker = await _handled.StartAsync(broker.Options);
        await _handled.ArrivesAsync(worker, 1);

        // Some of these turns starve the consumer without a word from the broker.
        for (var turn = 2; turn < 6; turn++)
        {
            await broker.DeleteQueueAsync("lus.features");
            await worker.Topology.DeclareAsync(Cancellation);
            await _handled.ArrivesAsync(worker, turn);
        }

        await worker.Bus.PublishAsync(TestBroker.Clip(10, urgent: true), Cancellation);
        _handled.Take(10);
    }

    [Fact]
    public async Task A_queue_that_is_deleted_under_its_consumer_is_made_again_by_it()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var worker = await _handled.StartAsync(broker.Options);
        await _handled.ArrivesAsync(worker, 1);

        await broker.DeleteQueueAsync("lus.features");

        await _handled.ArrivesAsync(worker, 2);
    }

    [Fact]
    public async Task A_message_for_a_queue_that_is_gone_is_returned_to_the_sender_and_logged()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var worker = await _handled.StartAsync(broker.Options);
        await broker.DeleteQueueAsync("lus.sequence");

        await worker.Bus.PublishAsync(
            new Core.Messages.FeaturesReady(Core.Messages.FeaturesReady.CurrentVersion, Guid.NewGuid(), new DateOnly(2026, 1, 31), 1), Cancellation);

        Assert.Single(worker.Log.Lines, line => line.Contains("could not be published to lus.sequence", StringComparison.Ordinal));
    }

    public void Dispose() => _handled.Dispose();
}
