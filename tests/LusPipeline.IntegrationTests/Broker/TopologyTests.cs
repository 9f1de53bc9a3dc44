using System.Net.Http.Json;
using System.Text.Json;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>Queues and exchanges as they are on the broker.</summary>
public sealed class TopologyTests(TestServers servers)
{
    private static readonly string[] Queues =
    [
        "lus.dead-letters", "lus.features", "lus.features.urgent", "lus.ingest", "lus.ingest.urgent", "lus.returned", "lus.sequence", "lus.sequence.urgent",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_makes_no_queue_or_exchange_of_its_own_and_all_are_durable()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await using var worker = await TestWorker.StartAsync(broker.Options, (_, _) => Task.CompletedTask, returned: _ => ReturnedOutcome.Stale);
        await worker.Bus.PublishAsync(TestBroker.Clip(0), Cancellation);
        await broker.UntilAsync(depths => depths.Stages[Stage.Features]?.Consumers == 1);

        using var management = await servers.ManagementAsync();
        var place = broker.Options.Uri.AbsolutePath[1..];
        var queues = await management.GetFromJsonAsync<JsonElement[]>(new Uri($"api/queues/{place}", UriKind.Relative), Cancellation);
        var exchanges = await management.GetFromJsonAsync<JsonElement[]>(new Uri($"api/exchanges/{place}", UriKind.Relative), Cancellation);

        Assert.Equal(Queues, queues!.Select(queue => queue.GetProperty("name").GetString()).Order());
        Assert.All(queues!, queue =>
        {
            Assert.True(queue.GetProperty("durable").GetBoolean());
            Assert.Equal("quorum", queue.GetProperty("arguments").GetProperty("x-queue-type").GetString());
        });
        var ours = exchanges!.Where(exchange => exchange.GetProperty("name").GetString() is { Length: > 0 } name && !name.StartsWith("amq.", StringComparison.Ordinal)).ToList();
        Assert.Equal(Queues.Append("lus.events").Order(), ours.Select(exchange => exchange.GetProperty("name").GetString()).Order());
        Assert.All(ours, exchange => Assert.True(exchange.GetProperty("durable").GetBoolean()));
    }

    [Fact]
    public async Task Declaring_again_changes_nothing_and_tells_what_waits()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        await broker.SendAsync("lus.ingest", "a");
        await broker.SendAsync("lus.ingest", "b");
        await broker.SendAsync("lus.sequence.urgent", "c");
        await broker.SendAsync("lus.dead-letters", "d");

        // The broker counts a little after it confirms.
        await broker.UntilAsync(depths => depths.Stages[Stage.Ingest]?.Ready == 2 && depths is { DeadLetters: 1 } && depths.Stages[Stage.Sequence]?.Ready == 1);
        var depths = await broker.DepthsAsync();

        Assert.Equal(new StageDepth(2, 0, 0), depths.Stages[Stage.Ingest]);
        Assert.Equal(new StageDepth(0, 0, 0), depths.Stages[Stage.Features]);
        Assert.Equal(new StageDepth(0, 1, 0), depths.Stages[Stage.Sequence]);
        Assert.Equal((0, 1), (depths.Returned, depths.DeadLetters));
    }

    [Fact]
    public async Task A_queue_that_exists_with_other_arguments_is_an_error_that_says_which_and_the_fix()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var other = broker.Options with { DeliveryLimit = 5 };
        await using var connection = new BrokerConnection(other);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new BrokerTopology(connection, other).DeclareAsync(Cancellation));

        Assert.Contains("'lus.returned' exists with other arguments", refused.Message, StringComparison.Ordinal);
        Assert.Contains("x-delivery-limit", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Broker:DeliveryLimit", refused.Message, StringComparison.Ordinal);
        Assert.Contains("rabbitmqctl delete_queue", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_keeps_two_pipelines_on_one_virtual_host_apart()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var other = broker.Options with { Prefix = "other" };
        await using var connection = new BrokerConnection(other);
        await new BrokerTopology(connection, other).DeclareAsync(Cancellation);

        await broker.SendAsync("other.ingest", "a");

        Assert.Equal(0, (await broker.DepthsAsync()).Stages[Stage.Ingest]?.Ready);
        Assert.Single(await broker.TakeAsync("other.ingest"));
    }

    [Theory]
    [InlineData("amqp://nobody:wrong@{0}:{1}/{2}", "refuses the user")]
    [InlineData("amqp://guest:guest@{0}:{1}/nowhere", "virtual host")]
    [InlineData("amqps://guest:guest@{0}:{1}/{2}", "TLS")]
    public async Task An_address_that_the_broker_refuses_is_an_error_that_says_the_fix(string address, string expected)
    {
        var right = await servers.NewVirtualHostAsync();
        var options = new BrokerOptions { Uri = new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, right.Host, right.Port, right.AbsolutePath[1..])) };
        await using var connection = new BrokerConnection(options);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new BrokerTopology(connection, options).DeclareAsync(Cancellation));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guest:guest", refused.Message, StringComparison.Ordinal);
    }
}
