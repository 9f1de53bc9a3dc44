using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Bad days. After each, the results are those of the undisturbed run to the last bit, nothing is there twice and nothing is left over.</summary>
[Collection(WorkerTests.Name)]
public sealed class FaultTests(TestServers shared, FleetFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ingest")]
    [InlineData("features")]
    [InlineData("sequence")]
    public async Task Workers_that_are_killed(string stage)
    {
        await using var fleet = await FleetAsync(shared, "ingest", "features", "sequence");
        var random = new Random(Faults.Seed);
        for (var kills = 0; kills < 7; kills++)
        {
            await Task.Delay(random.Next(300, 2500), Cancellation);
            await fleet.ReplaceAsync(fleet.Of(stage)[0]);
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_broker_that_restarts() => await DisturbAsync(async servers =>
    {
        await servers.StopAsync(TestServer.RabbitMq);
        await servers.StartAsync(TestServer.RabbitMq);
    });

    [Fact]
    public async Task A_broker_that_is_down_for_a_while() => await DisturbAsync(async servers =>
    {
        await servers.KillAsync(TestServer.RabbitMq);
        await Task.Delay(Faults.Outage, Cancellation);
        await servers.StartAsync(TestServer.RabbitMq);
    });

    [Fact]
    public async Task A_database_that_restarts() => await DisturbAsync(async servers =>
    {
        await servers.StopAsync(TestServer.Postgres);
        await servers.StartAsync(TestServer.Postgres);
    });

    [Fact]
    public async Task A_database_that_is_down_for_a_while() => await DisturbAsync(async servers =>
    {
        await servers.KillAsync(TestServer.Postgres);
        await Task.Delay(Faults.Outage, Cancellation);
        await servers.StartAsync(TestServer.Postgres);
    });

    [Fact]
    public async Task All_queues_lost()
    {
        await using var fleet = await FleetAsync(shared, "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        using (var management = await shared.ManagementAsync())
        {
            foreach (var queue in new[] { "ingest", "features", "sequence", "ingest.urgent", "features.urgent", "sequence.urgent", "returned" })
                (await management.DeleteAsync(new Uri($"api/queues{fleet.Broker.AbsolutePath}/lus.{queue}", UriKind.Relative), Cancellation)).EnsureSuccessStatusCode();
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_bucket_that_is_down_for_a_while()
    {
        var bucket = new Uri((await shared.NewBucketAsync()).Endpoint!.AbsoluteUri);
        await using var proxy = new FaultyProxy(bucket);
        proxy.Pass();
        await using var fleet = await FleetAsync(shared, proxy.Address(bucket), "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        proxy.Refuse();
        await Task.Delay(Faults.Outage, Cancellation);
        proxy.Pass();

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_bucket_that_is_slow_and_refuses_every_third_request()
    {
        var bucket = new Uri((await shared.NewBucketAsync()).Endpoint!.AbsoluteUri);
        var requests = 0;
        await using var proxy = new FaultyProxy(bucket)
        {
            Delay = TimeSpan.FromMilliseconds(30),
            OnRequest = _ => ValueTask.FromResult(Interlocked.Increment(ref requests) % 3 == 0 ? RequestFault.SlowDown : RequestFault.None),
        };
        proxy.Pass();
        await using var fleet = await FleetAsync(shared, proxy.Address(bucket), "ingest", "features", "sequence");

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task Two_ingest_workers_of_which_the_watching_one_dies()
    {
        await using var fleet = await FleetAsync(shared, "ingest", "ingest", "features", "sequence");
        await fleet.PredictionsAsync(3);
        var watching = await fleet.ScalarAsync("SELECT w.process_id FROM duties d JOIN workers w USING (worker_id) WHERE d.name LIKE 'watch:%'");
        await fleet.ReplaceAsync(fleet.Of("ingest").Single(worker => worker.Id == watching));
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["late"]);
        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), Path.Combine(folder["late"], "a.mp4"));
        await fleet.UploadAsync(folder.Path);

        await fleet.FinishedAsync(fixture.VideoCount + 1);
        Assert.Equal(fixture.Results, (await fleet.ResultsAsync()).Where(line => !line.StartsWith("\"late\"", StringComparison.Ordinal)));
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_rolling_restart_under_load()
    {
        await using var fleet = await FleetAsync(shared, "ingest", "features", "features", "sequence");
        await fleet.PredictionsAsync(3);
        foreach (var (stage, worker) in new[] { "ingest", "features", "sequence" }.SelectMany(stage => fleet.Of(stage).Select(worker => (stage, worker))).ToList())
        {
            fleet.Start(stage);
            var ended = await fleet.StopAsync(worker);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }

    private async Task DisturbAsync(Func<TestServers, Task> disturb)
    {
        await using var servers = TestServers.Private();
        await using var fleet = await FleetAsync(servers, "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        await disturb(servers);
        await fixture.AssertUndisturbedAsync(fleet);
    }

    private Task<Fleet> FleetAsync(TestServers servers, params string[] stages) => FleetAsync(servers, null, stages);

    private async Task<Fleet> FleetAsync(TestServers servers, Uri? endpoint, params string[] stages)
    {
        var fleet = await Fleet.MakeAsync(servers, fixture.Model, endpoint);
        await fixture.StartAsync(fleet, stages);
        return fleet;
    }
}
