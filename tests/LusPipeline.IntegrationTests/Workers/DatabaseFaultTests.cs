using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>
/// A database that goes away.
/// After each, the results are those of the undisturbed run to the last bit, nothing is there twice and nothing is left over.
/// </summary>
public sealed class DatabaseFaultTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_restarts() => await fixture.DisturbAsync(servers.Private(), async own =>
    {
        await own.StopAsync(TestServer.Postgres);
        await own.StartAsync(TestServer.Postgres);
    });

    [Fact]
    public async Task A_database_that_is_down_for_a_while() => await fixture.DisturbAsync(servers.Private(), async own =>
    {
        await own.KillAsync(TestServer.Postgres);
        await Task.Delay(Faults.Outage, Cancellation);
        await own.StartAsync(TestServer.Postgres);
    });
}
