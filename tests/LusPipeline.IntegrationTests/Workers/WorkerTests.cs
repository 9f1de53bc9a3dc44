using System.Text.Json;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Workers as a user starts them, undisturbed.</summary>
public sealed class WorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task Videos_in_the_bucket_become_the_results_of_a_run()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fleet.UploadAsync(fixture.Videos);
        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);

        await fleet.FinishedAsync(fixture.VideoCount);

        Assert.Equal(fixture.Results, await fleet.ResultsAsync());
        Assert.Empty(await fleet.RowsAsync("SELECT name FROM studies WHERE revision <> 1"));
        await fleet.AssertTidyAsync();
        await AssertExplainsAsync(fleet);
    }

    /// <summary>Frames come from the bucket, the model from the settings.</summary>
    private static async Task AssertExplainsAsync(Fleet fleet)
    {
        using var folder = new TemporaryFolder();
        var explained = await fleet.LusAsync("explain", "p1", "--video", "a.mp4", "--limit", "2", "--out", folder["out"], "--format", "json");
        Assert.True(explained.ExitCode == 0, explained.ToString());
        Assert.All(explained.Output, line => Assert.True(JsonDocument.Parse(line).RootElement.GetProperty("framesAreThoseDiagnosed").GetBoolean()));
        Assert.Equal(2, Directory.GetDirectories(folder["out"]).Length);
    }

    [Fact]
    public async Task Fast_workers_compute_with_the_slim_form_of_the_bundle_and_give_the_same_results()
    {
        using var folder = new TemporaryFolder();
        // The fixture's model behind a layer that its head does not read.
        var full = LayeredBundle.Append(Bundle.Load(fixture.Model), ["relu"], folder["full"]);
        var slim = LayeredBundle.Slim(full, folder["slim"]);
        await using var fleet = await Fleet.MakeAsync(servers, full.Folder);
        fleet.Set("LUS__Model__Fast", "true");
        await fleet.UploadAsync(fixture.Videos);
        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);

        await fleet.FinishedAsync(fixture.VideoCount);

        Assert.Equal(fixture.Results, await fleet.ResultsAsync());
        Assert.Equal([slim.Id], await fleet.RowsAsync("SELECT DISTINCT bundle_id FROM predictions"));
        await fleet.AssertTidyAsync();
        await AssertExplainsAsync(fleet);
    }

    [Fact]
    public async Task One_name_below_two_prefixes_is_two_studies_with_a_result_each()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p1"), "incoming/same/");
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p3", "deep"), "urgent/same/");
        fleet.Start("all");
        await fleet.FinishedAsync(4);

        var results = await fleet.ResultObjectsAsync();
        Assert.Equal(["results/same.json", "results/urgent/same.json"], results.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            [3, 1], new[] { "results/same.json", "results/urgent/same.json" }.Select(key => results[key].GetProperty("videos").GetArrayLength()));
        await fleet.AssertTidyAsync();

        var deleted = await fleet.LusAsync("delete", "same", "--yes", "--keep-out");
        Assert.True(deleted.ExitCode == 0, deleted.ToString());
        Assert.Empty(await fleet.ResultObjectsAsync());
    }

    [Fact]
    public async Task A_worker_without_a_ledger_says_how_to_make_one()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        var empty = await servers.NewDatabaseAsync();

        var ended = await fleet.Start("sequence", ("LUS__Database__ConnectionString", empty)).EndAsync();

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("lus db migrate", ended.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_video_raises_the_revision()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["p1"]);
        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), Path.Combine(folder["p1"], "a.mp4"));
        fleet.Start("all");
        await fleet.UploadAsync(folder.Path);
        await fleet.FinishedAsync(1);

        File.Copy(Path.Combine(fixture.Videos, "p1", "b.avi"), Path.Combine(folder["p1"], "b.avi"));
        await fleet.UploadAsync(folder.Path);
        await fleet.FinishedAsync(2);

        Assert.Equal(2, await fleet.ScalarAsync("SELECT announced_revision FROM studies WHERE name = 'p1'"));
        await fleet.AssertTidyAsync();
    }
}
