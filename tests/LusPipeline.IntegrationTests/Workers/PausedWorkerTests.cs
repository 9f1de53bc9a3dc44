using System.Globalization;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A worker that is paused in the midst of an attempt (SIGSTOP), and goes on (SIGCONT) when another worker has its work.</summary>
public sealed class PausedWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Theory]
    [InlineData("ingest", "videos", "video_id", "found")]
    [InlineData("features", "clips", "clip_id", "cut")]
    [InlineData("sequence", "clips", "clip_id", "extracted")]
    public async Task A_worker_that_is_paused_past_its_lease_moves_nothing_that_another_has(string stage, string table, string key, string status)
    {
        var bucket = await servers.NewBucketAsync();
        await using var proxy = new FaultyProxy(bucket.Endpoint!) { Delay = TimeSpan.FromMilliseconds(100) };
        proxy.Pass();
        await using var fleet = await fixture.FleetAsync(servers, proxy.Address(bucket.Endpoint!), "ingest", "features", "sequence");
        var worker = fleet.Of(stage)[0];
        var held = string.Create(CultureInfo.InvariantCulture,
            $"SELECT {key} FROM {table} JOIN workers USING (worker_id) WHERE process_id = {worker.Id} AND status = '{status}'");

        var rows = await PausedInAttemptAsync(fleet, worker, held);
        fleet.Start(stage);
        var same = string.Join(',', rows.Select(row => $"'{row}'"));
        await fleet.UntilAsync(
            "other hands", $"SELECT count(*) FROM ({held}) AS held WHERE {key} IN ({same})", count => count < rows.Count);
        worker.SendContinue();

        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.False(worker.HasExited, worker.Said);
        Assert.Empty(await fleet.DeadLettersAsync());
        await fixture.AssertUndisturbedAsync(fleet);
    }

    /// <summary>Pauses a worker while it has started rows, and returns their ids.</summary>
    private static async Task<IReadOnlyList<string>> PausedInAttemptAsync(Fleet fleet, LusProcess worker, string held)
    {
        while (true)
        {
            await fleet.UntilAsync("an attempt", $"SELECT count(*) FROM ({held}) AS held", count => count > 0);
            worker.SendPause();
            if (await fleet.RowsAsync(held) is { Count: > 0 } rows)
                return rows;
            worker.SendContinue();
        }
    }
}
