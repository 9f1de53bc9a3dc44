using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>
/// A broker that goes away, or loses its queues.
/// After each, the results are those of the undisturbed run to the last bit, nothing is there twice and nothing is left over.
/// </summary>
public sealed class BrokerFaultTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_that_restarts() => await fixture.DisturbAsync(TestServers.Single(), async own =>
    {
        await own.StopAsync(TestServer.RabbitMq);
        await own.StartAsync(TestServer.RabbitMq);
    });

    [Fact]
    public async Task A_broker_that_is_down_for_a_while() => await fixture.DisturbAsync(TestServers.Single(), async own =>
    {
        await own.KillAsync(TestServer.RabbitMq);
        await Task.Delay(Faults.Outage, Cancellation);
        await own.StartAsync(TestServer.RabbitMq);
    });

    [Fact]
    public async Task All_queues_lost()
    {
        await using var fleet = await fixture.FleetAsync(servers, "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        using (var management = await servers.ManagementAsync())
        {
            foreach (var queue in new[] { "ingest", "features", "sequence", "ingest.urgent", "features.urgent", "sequence.urgent", "returned" })
                (await management.DeleteAsync(new Uri($"api/queues{fleet.Broker.AbsolutePath}/lus.{queue}", UriKind.Relative), Cancellation)).EnsureSuccessStatusCode();
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }
}
