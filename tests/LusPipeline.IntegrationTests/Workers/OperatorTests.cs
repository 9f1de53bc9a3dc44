using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Somebody at the controls while workers run.</summary>
public sealed class OperatorTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string ClipsOfP2 = "clips c JOIN videos v USING (video_id) WHERE v.object_key LIKE 'p2/%'";

    [Fact]
    public async Task A_study_that_is_cancelled_midway_leaves_nothing_of_itself_and_the_others_as_they_were()
    {
        var bucket = await servers.NewBucketAsync();
        await using var proxy = new FaultyProxy(bucket.Endpoint!) { Delay = TimeSpan.FromMilliseconds(100) };
        proxy.Pass();
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model, proxy.Address(bucket.Endpoint!));
        await fixture.StartAsync(fleet, "ingest", "features");
        await fleet.UntilAsync("clips of p2 at every place", $"""
            SELECT least((SELECT count(*) FROM {ClipsOfP2} AND c.status = 'cut'), (SELECT count(*) FROM {ClipsOfP2} AND c.status = 'extracted'))
            """, count => count > 0);

        var cancel = await fleet.LusAsync("cancel", "p2");
        fleet.Start("sequence");
        using var late = new TemporaryFolder();
        Directory.CreateDirectory(late["p2"]);
        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), late["p2/late.mp4"]);
        await fleet.UploadAsync(late.Path);

        Assert.True(cancel.ExitCode == 0, cancel.ToString());
        Assert.Matches("^p2: cancelled, with [34] videos and [1-9][0-9]* clips", cancel.Output[0]);
        await fleet.FinishedAsync(fixture.VideoCount + 1);
        Assert.Equal(["p2 cancelled 0"], await fleet.RowsAsync("SELECT name, status, revision FROM studies WHERE status <> 'done'"));
        Assert.Equal(["cancelled cancelled"], await fleet.RowsAsync("SELECT status, reason FROM videos WHERE object_key = 'p2/late.mp4'"));
        Assert.Empty(await fleet.RowsAsync($"SELECT clip_id FROM {ClipsOfP2} AND c.status <> 'cancelled'"));
        Assert.Equal(Others(fixture.Results), Others(await fleet.ResultsAsync()));
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_finished_study_done_again_with_another_bundle_keeps_both_predictions_and_shows_the_newer()
    {
        using var folder = new TemporaryFolder();
        var other = await LusProcess.RunAsync(
            ["run", fixture.Videos, "--home", folder["home"], "--model", fixture.OtherModel, "--json", .. FleetFixture.Plan], patience: Fleet.Patience);
        Assert.Equal(2, other.ExitCode);
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Model__More__0", fixture.OtherModel);
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");
        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal(fixture.Results, await fleet.ResultsAsync());

        var replay = await fleet.LusAsync("replay", "--study", "p2", "--model", fixture.OtherModel);

        Assert.True(replay.ExitCode == 0, replay.ToString());
        Assert.StartsWith("4 videos wait again.", replay.Output[0], StringComparison.Ordinal);
        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal([.. Others(fixture.Results), .. Ours(other.Results)], (await fleet.ResultsAsync()).OrderBy(IsOurs));
        Assert.Equal(["p1 1", "p2 2", "p3 1", "p4 1"], await fleet.RowsAsync("SELECT name, revision FROM studies ORDER BY name"));
        Assert.Equal(
            ["0 tiny", "1 other"],
            await fleet.RowsAsync("""
                SELECT p.generation, b.name FROM predictions p JOIN model_bundles b ON b.bundle_id = p.bundle_id JOIN videos v USING (video_id)
                WHERE v.object_key LIKE 'p2/%' GROUP BY 1, 2
                HAVING count(*) = (SELECT sum(clips) FROM videos WHERE object_key LIKE 'p2/%') ORDER BY 1
                """));
        Assert.Equal(
            ["other 1 3", "tiny 0 9"],
            await fleet.RowsAsync("SELECT model, generation, count(*) FROM video_results WHERE status = 'done' GROUP BY 1, 2 ORDER BY 1"));
        await fleet.AssertTidyAsync();
    }

    private static bool IsOurs(string line) => line.StartsWith("\"p2\"", StringComparison.Ordinal);

    private static IEnumerable<string> Ours(IEnumerable<string> results) => results.Where(IsOurs);

    private static IEnumerable<string> Others(IEnumerable<string> results) => results.Where(line => !IsOurs(line));
}
