using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Starts and stops in every order.</summary>
public sealed class StopTests(TestServers shared, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task A_stop_under_load_counts_no_attempt_and_gives_every_message_back()
    {
        var bucket = await shared.NewBucketAsync();
        await using var proxy = new FaultyProxy(bucket.Endpoint!) { Delay = TimeSpan.FromMilliseconds(100) };
        proxy.Pass();
        await using var fleet = await Fleet.MakeAsync(shared, fixture.Model, proxy.Address(bucket.Endpoint!));
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");
        await fleet.PredictionsAsync(3);

        foreach (var ended in await fleet.StopAsync())
            Assert.True(ended.ExitCode == 0, ended.ToString());

        Assert.Empty(await fleet.RowsAsync("SELECT video_id FROM videos WHERE starts <> 0 OR worker_id IS NOT NULL"));
        Assert.Empty(await fleet.RowsAsync("SELECT clip_id FROM clips WHERE starts <> 0 OR worker_id IS NOT NULL"));
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        foreach (var (queue, waiting) in new[]
        {
            ("lus.ingest", "SELECT count(*) FROM videos WHERE status = 'found'"),
            ("lus.features", "SELECT count(*) FROM clips WHERE status = 'cut'"),
            ("lus.sequence", "SELECT count(*) FROM clips WHERE status = 'extracted'"),
        })
        {
            Assert.InRange(await queues.WaitingAsync(queue), await fleet.ScalarAsync(waiting), uint.MaxValue);
        }
        Assert.NotEqual(0, await fleet.ScalarAsync("SELECT count(*) FROM videos WHERE status IN ('found', 'cut')"));

        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);
        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_while_it_starts_ends_in_good_order()
    {
        await using var fleet = await Fleet.MakeAsync(shared, fixture.Model);
        // Greeting the broker alone takes a few seconds.
        await using var slow = new FaultyProxy(fleet.Broker) { Delay = TimeSpan.FromMilliseconds(500) };
        slow.Pass();
        for (var workers = 1; workers <= 2; workers++)
        {
            var worker = fleet.Start("sequence", ("LUS__Broker__Uri", slow.Address(fleet.Broker).ToString()));
            await fleet.WorkersAsync(1);

            var ended = await fleet.StopAsync(worker);

            Assert.True(ended.ExitCode == 0, ended.ToString());
            Assert.DoesNotContain(ended.Output, line => line.Contains("is ready", StringComparison.Ordinal));
            await fleet.WorkersAsync(0);
        }
    }

    [Fact]
    public async Task Workers_that_start_before_their_servers()
    {
        await using var servers = shared.Private();
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await servers.StopAsync(TestServer.RabbitMq);
        await servers.StopAsync(TestServer.Postgres);
        await fixture.StartAsync(fleet, "sequence", "features", "ingest");
        foreach (var worker in fleet.Workers)
            await worker.OutputLineAsync(line => line.Contains("The database is not reachable", StringComparison.Ordinal));
        await servers.StartAsync(TestServer.Postgres);
        foreach (var worker in fleet.Workers)
            await worker.OutputLineAsync(line => line.Contains("Waiting for the broker", StringComparison.Ordinal));
        await servers.StartAsync(TestServer.RabbitMq);

        await fixture.AssertUndisturbedAsync(fleet);
    }
}
