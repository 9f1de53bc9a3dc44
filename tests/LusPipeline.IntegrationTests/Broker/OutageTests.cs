using System.Collections.Concurrent;
using System.Diagnostics;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Bus;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>Brokers that are down, hang, restart, and come back empty.</summary>
public sealed class OutageTests(TestServers servers) : IAsyncDisposable
{

    private readonly BlockingCollection<int> _handled = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_to_a_broker_that_is_down_or_hangs_ends_in_time_with_an_error_that_says_the_address(bool hangs)
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        var options = broker.Options with { Uri = proxy.Address(broker.Options.Uri), PublishTimeout = TimeSpan.FromSeconds(1) };
        await using var connection = new BrokerConnection(options);
        var topology = new BrokerTopology(connection, options);
        await topology.DeclareAsync(Cancellation);

        if (hangs)
            proxy.Delay = Timeout.InfiniteTimeSpan;
        else
            proxy.Refuse();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var time = Stopwatch.StartNew();
            var failure = await Assert.ThrowsAsync<BrokerUnavailableException>(() => topology.DeclareAsync(Cancellation));
            Assert.InRange(time.Elapsed.TotalSeconds, 0, 8);
            Assert.Contains($"127.0.0.1:{proxy.Port}", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("guest:guest", failure.Message, StringComparison.Ordinal);
        }

        proxy.Delay = TimeSpan.Zero;
        proxy.Cut();
        proxy.Pass();
        await topology.DeclareAsync(Cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_publication_to_a_broker_that_is_down_or_hangs_ends_in_time_without_an_error(bool hangs)
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        await using var worker = await StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri), PublishTimeout = TimeSpan.FromSeconds(1) });
        await worker.Bus.PublishAsync(TestBroker.Clip(0), Cancellation);
        Take(0);

        if (hangs)
            proxy.Delay = Timeout.InfiniteTimeSpan;
        else
            proxy.Refuse();
        var time = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(1, 20).Select(number => worker.Bus.PublishAsync(TestBroker.Clip(number), Cancellation)));

        await worker.Letters.KeepAsync(TestBroker.Clip(0), ReasonCode.Crashed, Cancellation);

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 10);
        Assert.Single(worker.Log.Lines, line => line.Contains("is not kept in the dead letters", StringComparison.Ordinal));
        Assert.Equal(20, worker.Log.Lines.Count(line => line.Contains("is not on lus.features yet", StringComparison.Ordinal)));
        proxy.Delay = TimeSpan.Zero;
        proxy.Cut();
        proxy.Pass();
        await ArrivesAsync(worker, 100);
    }

    [Fact]
    public async Task A_worker_that_starts_before_its_broker_waits_for_it()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        proxy.Refuse();
        await broker.SendAsync("lus.features", TestBroker.Clip(5).GetType(), TestBroker.Json(TestBroker.Clip(5)));
        var time = Stopwatch.StartNew();

        await using var worker = await StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri) });
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 15);
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => worker.Topology.DeclareAsync(Cancellation));
        proxy.Pass();

        Take(5);
    }

    [Fact]
    public async Task A_worker_whose_broker_never_comes_stops_in_time()
    {
        await using var proxy = new FaultyProxy("127.0.0.1", 1);
        proxy.Pass();
        proxy.Refuse();
        var worker = await StartAsync(new BrokerOptions { Uri = proxy.Address(new Uri("amqp://guest:guest@127.0.0.1:1/none")) });
        var time = Stopwatch.StartNew();

        await worker.DisposeAsync();

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Consumers_come_back_after_a_broken_connection()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var proxy = new FaultyProxy(broker.Options.Uri);
        proxy.Pass();
        await using var worker = await StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri) });
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);
        Take(1);

        proxy.Cut();
        await broker.SendAsync("lus.features", TestBroker.Clip(2).GetType(), TestBroker.Json(TestBroker.Clip(2)));

        Take(2);
        await ArrivesAsync(worker, 3);
    }

    [Fact]
    public async Task Messages_on_a_broker_that_is_killed_are_there_when_it_is_back_and_the_consumers_too()
    {
        await using var own = servers.Private();
        await using var broker = await TestBroker.NewAsync(own);
        await broker.SendAsync("lus.features", TestBroker.Clip(1).GetType(), TestBroker.Json(TestBroker.Clip(1)));
        await own.KillAsync(TestServer.RabbitMq);
        await using var worker = await StartAsync(broker.Options);
        await own.StartAsync(TestServer.RabbitMq);
        Take(1);

        await own.KillAsync(TestServer.RabbitMq);
        await own.StartAsync(TestServer.RabbitMq);

        await ArrivesAsync(worker, 2);
    }

    [Fact]
    public async Task A_broker_that_lost_everything_gets_its_queues_back_and_consumers_resume()
    {
        await using var own = servers.Private();
        await using var broker = await TestBroker.NewAsync(own);
        await using var worker = await StartAsync(broker.Options);
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);
        Take(1);

        await own.WipeAsync(TestServer.RabbitMq);
        // The virtual host is its operator's to make again.
        await Assert.ThrowsAsync<BrokerException>(() => worker.Topology.DeclareAsync(Cancellation));
        await own.MakeVirtualHostAsync(broker.Options.Uri.AbsolutePath[1..]);
        await worker.Topology.DeclareAsync(Cancellation);

        await ArrivesAsync(worker, 2);
        await broker.UntilAsync(depths => depths.Stages[StageSet.Features].Consumers == 1);
    }

    [Fact]
    public async Task A_queue_that_is_deleted_and_made_anew_under_its_consumer_is_consumed_again()
    {
        await using var broker = await TestBroker.NewAsync(servers, options => options with { Heartbeat = TimeSpan.FromSeconds(2) });
        await using var worker = await StartAsync(broker.Options);
        await ArrivesAsync(worker, 1);

        // Some of these turns starve the consumer without a word from the broker.
        for (var turn = 2; turn < 6; turn++)
        {
            await broker.DeleteQueueAsync("lus.features");
            await worker.Topology.DeclareAsync(Cancellation);
            await ArrivesAsync(worker, turn);
        }

        await worker.Bus.PublishAsync(TestBroker.Clip(10, urgent: true), Cancellation);
        Take(10);
    }

    [Fact]
    public async Task A_queue_that_is_deleted_under_its_consumer_is_made_again_by_it()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var worker = await StartAsync(broker.Options);
        await ArrivesAsync(worker, 1);

        await broker.DeleteQueueAsync("lus.features");

        await ArrivesAsync(worker, 2);
    }

    [Fact]
    public async Task A_message_for_a_queue_that_is_gone_is_returned_to_the_sender_and_logged()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var worker = await StartAsync(broker.Options);
        await broker.DeleteQueueAsync("lus.sequence");

        await worker.Bus.PublishAsync(
            new Core.Messages.FeaturesReady(1, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), new DateOnly(2026, 1, 31), 1, "", "key", "sha", "bundle", "fp32"), Cancellation);

        Assert.Single(worker.Log.Lines, line => line.Contains("is not on lus.sequence yet", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync()
    {
        _handled.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<TestWorker> StartAsync(BrokerOptions options) => TestWorker.StartAsync(
        options,
        (clip, _) =>
        {
            _handled.Add(TestBroker.NumberOf(clip), CancellationToken.None);
            return Task.CompletedTask;
        },
        concurrency: 1);

    /// <summary>Others may come again: their acknowledgement was lost with the connection.</summary>
    private void Take(int number)
    {
        int taken;
        do
        {
            Assert.True(_handled.TryTake(out taken, TestBroker.Patience));
        }
        while (taken != number);
    }

    /// <summary>A message is published until the bus is back, as the sweeper does, and handled.</summary>
    private async Task ArrivesAsync(TestWorker worker, int number) => await TestBroker.UntilAsync(async () =>
    {
        await worker.Bus.PublishAsync(TestBroker.Clip(number), Cancellation);
        while (_handled.TryTake(out var taken, TimeSpan.FromMilliseconds(200)))
        {
            if (taken == number)
                return true;
        }
        return false;
    });
}
