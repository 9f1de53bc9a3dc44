using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>
/// A bucket that goes away, or has bad days.
/// After each, the results are those of the undisturbed run to the last bit, nothing is there twice and nothing is left over.
/// </summary>
public sealed class BucketFaultTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_that_is_down_for_a_while()
    {
        var bucket = new Uri((await servers.NewBucketAsync()).Endpoint!.AbsoluteUri);
        await using var proxy = new FaultyProxy(bucket);
        proxy.Pass();
        await using var fleet = await fixture.FleetAsync(servers, proxy.Address(bucket), "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        proxy.Refuse();
        await Task.Delay(Faults.Outage, Cancellation);
        proxy.Pass();

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_bucket_that_is_slow_and_refuses_every_third_request()
    {
        var bucket = new Uri((await servers.NewBucketAsync()).Endpoint!.AbsoluteUri);
        var requests = 0;
        await using var proxy = new FaultyProxy(bucket)
        {
            Delay = TimeSpan.FromMilliseconds(30),
            OnRequest = _ => ValueTask.FromResult(Interlocked.Increment(ref requests) % 3 == 0 ? RequestFault.SlowDown : RequestFault.None),
        };
        proxy.Pass();
        await using var fleet = await fixture.FleetAsync(servers, proxy.Address(bucket), "ingest", "features", "sequence");

        await fixture.AssertUndisturbedAsync(fleet);
    }
}
