using System.Collections.Concurrent;
using System.Text.Json;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>The database fails over to an asynchronous standby that lacks the last two seconds, while workers work.</summary>
public sealed class FailoverTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standby_that_takes_over_without_the_last_two_seconds_gives_the_results_of_an_undisturbed_run()
    {
        await using var own = servers.SingleDatabase();
        await using var fleet = await Fleet.MakeAsync(own, fixture.Model);
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var events = new ConcurrentQueue<JsonElement>();
        await queues.HearAsync(events.Enqueue);
        await own.StandbyAsync();
        foreach (var study in new[] { "p1", "p2" })
            await fleet.UploadAsync(Path.Combine(fixture.Videos, study), $"incoming/{study}/");
        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);
        await fleet.PredictionsAsync(3);

        await own.HoldStandbyAsync();
        foreach (var study in new[] { "p3", "p4" })
            await fleet.UploadAsync(Path.Combine(fixture.Videos, study), $"incoming/{study}/");
        await Task.Delay(Lost, Cancellation);
        await fleet.UntilAsync("p4 in the ledger", "SELECT count(*) FROM studies WHERE name = 'p4'", count => count == 1);
        var lost = await fleet.RowsAsync("SELECT name, first_seen_at FROM studies WHERE name IN ('p3', 'p4') ORDER BY name");
        await own.FailOverAsync();

        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal(fixture.Results, await fleet.ResultsAsync());
        Assert.Empty(lost.Intersect(await fleet.RowsAsync("SELECT name, first_seen_at FROM studies")));
        Assert.All(fleet.Workers, worker => Assert.False(worker.HasExited, worker.Said));
        await fleet.AssertTidyAsync(hasAllSpans: false);
        Assert.Equal(["p1", "p2", "p3", "p4"], events.Select(told => told.GetProperty("study").GetString()!).Distinct().Order());
        Assert.Empty(await fleet.DeadLettersAsync());
    }
}
