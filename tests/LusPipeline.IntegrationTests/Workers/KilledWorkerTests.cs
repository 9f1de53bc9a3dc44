using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>
/// Workers that die, or are replaced.
/// After each, the results are those of the undisturbed run to the last bit, nothing is there twice and nothing is left over.
/// </summary>
public sealed class KilledWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ingest")]
    [InlineData("features")]
    [InlineData("sequence")]
    public async Task Workers_that_are_killed(string stage)
    {
        await using var fleet = await fixture.FleetAsync(servers, "ingest", "features", "sequence");
        var random = new Random(Faults.Seed);
        for (var kills = 0; kills < Faults.Kills; kills++)
        {
            await Task.Delay(random.Next(300, 2500), Cancellation);
            await fleet.ReplaceAsync(fleet.Of(stage)[0]);
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task Two_ingest_workers_of_which_the_watching_one_dies()
    {
        await using var fleet = await fixture.FleetAsync(servers, "ingest", "ingest", "features", "sequence");
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
        await using var fleet = await fixture.FleetAsync(servers, "ingest", "features", "features", "sequence");
        await fleet.PredictionsAsync(3);
        foreach (var (stage, worker) in new[] { "ingest", "features", "sequence" }.SelectMany(stage => fleet.Of(stage).Select(worker => (stage, worker))).ToList())
        {
            fleet.Start(stage);
            var ended = await fleet.StopAsync(worker);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }
}
