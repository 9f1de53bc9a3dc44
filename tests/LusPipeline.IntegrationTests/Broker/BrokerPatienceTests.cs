using System.Diagnostics;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>How long a worker waits for a broker that is down or hangs.</summary>
[Collection(AloneCollection.Name)]
public sealed class BrokerPatienceTests(TestServers servers) : IDisposable
{
    private readonly HandledClips _handled = new();

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
        await using var worker = await _handled.StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri), PublishTimeout = TimeSpan.FromSeconds(1) });
        await worker.Bus.PublishAsync(TestBroker.Clip(0), Cancellation);
        _handled.Take(0);

        if (hangs)
            proxy.Delay = Timeout.InfiniteTimeSpan;
        else
            proxy.Refuse();
        var time = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(1, 20).Select(number => worker.Bus.PublishAsync(TestBroker.Clip(number), Cancellation)));

        await worker.Letters.KeepAsync(TestBroker.Clip(0), ReasonCode.Crashed, Cancellation);

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 10);
        Assert.Single(worker.Log.Lines, line => line.Contains("could not be moved to the dead letters", StringComparison.Ordinal));
        Assert.Equal(20, worker.Log.Lines.Count(line => line.Contains("could not be published to lus.features", StringComparison.Ordinal)));
        proxy.Delay = TimeSpan.Zero;
        proxy.Cut();
        proxy.Pass();
        await _handled.ArrivesAsync(worker, 100);
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

        await using var worker = await _handled.StartAsync(broker.Options with { Uri = proxy.Address(broker.Options.Uri) });
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 15);
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => worker.Topology.DeclareAsync(Cancellation));
        proxy.Pass();

        _handled.Take(5);
    }

    [Fact]
    public async Task A_worker_whose_broker_never_comes_stops_in_time()
    {
        await using var proxy = new FaultyProxy("127.0.0.1", 1);
        proxy.Pass();
        proxy.Refuse();
        var worker = await _handled.StartAsync(new BrokerOptions { Uri = proxy.Address(new Uri("amqp://guest:guest@127.0.0.1:1/none")) });
        var time = Stopwatch.StartNew();

        await worker.DisposeAsync();

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 10);
    }

    public void Dispose() => _handled.Dispose();
}
