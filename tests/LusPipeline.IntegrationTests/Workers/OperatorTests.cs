using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>What people do to work that runs or ran.</summary>
[Collection(WorkerTests.Name)]
public sealed class OperatorTests(TestServers servers, FleetFixture fixture)
{
    [Fact]
    public async Task A_study_that_is_cancelled_midway_stays_so_and_the_others_do_not_notice()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fixture.StartAsync(fleet, "ingest", "features");
        await fleet.UntilAsync(
            "features of p2", "SELECT count(*) FROM clips JOIN videos USING (video_id) WHERE object_key LIKE 'incoming/p2/%' AND clips.status = 'extracted'", count => count > 0);

        var cancelled = await fleet.LusAsync("cancel", "p2");
        Assert.True(cancelled.ExitCode == 0, cancelled.ToString());
        fleet.Start("sequence");

        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal("cancelled", Assert.Single(await fleet.RowsAsync("SELECT status FROM studies WHERE name = 'p2'")));
        Assert.Empty(await fleet.RowsAsync("SELECT object_key, status FROM videos WHERE object_key LIKE 'incoming/p2/%' AND status NOT IN ('cancelled', 'rejected')"));
        Assert.Equal(Without("p2", fixture.Results), Without("p2", await fleet.ResultsAsync()));
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_finished_study_is_replayed_with_another_bundle()
    {
        using var folder = new TemporaryFolder();
        foreach (var video in Directory.EnumerateFiles(Path.Combine(fixture.Videos, "p1"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder["videos"], Path.GetRelativePath(fixture.Videos, video));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(video, copy);
        }
        RunFixture.Age(folder["videos"]);
        var run = await LusProcess.RunAsync(["run", folder["videos"], "--home", folder["home"], "--model", fixture.OtherModel, "--json", .. FleetFixture.Plan]);
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Model__More__0", fixture.OtherModel);
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");
        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal(fixture.Results, await fleet.ResultsAsync());

        var replayed = await fleet.LusAsync("replay", "--study", "p1", "--model", fixture.OtherModel);
        Assert.True(replayed.ExitCode == 0, replayed.ToString());
        await fleet.UntilAsync("the second revision", "SELECT announced_revision FROM studies WHERE name = 'p1'", revision => revision == 2);

        var results = await fleet.ResultsAsync();
        Assert.Equal(Without("p1", fixture.Results), Without("p1", results));
        Assert.Equal(run.Results, results.Except(Without("p1", results)));
        Assert.Empty(await fleet.RowsAsync("""
            SELECT clip_id FROM clips JOIN videos v USING (video_id) JOIN predictions p USING (clip_id) WHERE v.object_key LIKE 'incoming/p1/%'
            GROUP BY clip_id HAVING count(DISTINCT p.bundle_id) <> 2 OR count(*) <> 2
            """));
        await fleet.AssertTidyAsync();
    }

    private static IEnumerable<string> Without(string study, IEnumerable<string> results) =>
        results.Where(line => !line.StartsWith($"\"{study}\"", StringComparison.Ordinal));
}
