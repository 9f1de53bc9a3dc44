using System.Net.Http.Json;
using System.Text.Json;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Two of three nodes of the broker die. The one that the workers are connected to goes on, with quorum queues that have no leader.</summary>
public sealed class BrokerMajorityTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static readonly int[] Others = [2, 3];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queues_that_lose_the_majority_of_their_nodes_go_on_when_it_is_back()
    {
        Assert.SkipUnless(Faults.HasSeed, Faults.OnlyWithSeed);
        var own = servers.SingleBroker();
        await Task.WhenAll(Others.Select(own.JoinAsync));
        await fixture.DisturbAsync(own, async broker =>
        {
            Assert.Equal(3, await MembersAsync(broker));
            await Task.WhenAll(Others.Select(broker.KillNodeAsync));
            await Task.Delay(Faults.Outage, Cancellation);
            await Task.WhenAll(Others.Select(broker.JoinAsync));
        });
    }

    /// <summary>How many nodes hold each queue of the stages, at least.</summary>
    private static async Task<int> MembersAsync(TestServers broker)
    {
        using var management = await broker.ManagementAsync();
        var queues = await management.GetFromJsonAsync<JsonElement>(new Uri("api/queues", UriKind.Relative), Cancellation);
        return queues.EnumerateArray().Where(queue => StageQueues.All.Contains(queue.GetProperty("name").GetString()))
            .Min(queue => queue.GetProperty("members").GetArrayLength());
    }
}
