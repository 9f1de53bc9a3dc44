using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.S3.Model;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>
/// The ledger comes back from a dump that was taken while workers worked. Queues, bucket and the workers themselves know what came later: studies
/// that the dump does not have, one of them finished and told of, and one whose originals are gone; and a generation with another bundle.
/// </summary>
public sealed class RestoredLedgerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static readonly string[] Stages = ["ingest", "features", "sequence"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_older_dump_that_is_restored_under_workers_gives_the_results_of_an_undisturbed_run(bool running)
    {
        using var folder = new TemporaryFolder();
        var bucket = await servers.NewBucketAsync();
        await using var proxy = new FaultyProxy(bucket.Endpoint!) { Delay = TimeSpan.FromMilliseconds(60) };
        proxy.Pass();
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model, proxy.Address(bucket.Endpoint!));
        fleet.Set("LUS__Model__More__0", fixture.OtherModel);
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var events = new ConcurrentQueue<JsonElement>();
        await queues.HearAsync(events.Enqueue);
        foreach (var study in new[] { "p1", "p2" })
            await fleet.UploadAsync(Path.Combine(fixture.Videos, study), $"incoming/{study}/");
        foreach (var stage in Stages)
            fleet.Start(stage);
        await fleet.PredictionsAsync(3);
        var dump = new LedgerDump(fleet.Database, folder["lus.dump"]);
        // No study is completed in the dump, however long it takes.
        var sequence = Assert.Single(fleet.Of("sequence"));
        sequence.SendPause();
        await dump.TakeAsync();
        sequence.SendContinue();

        // The bundle of the second generation was registered before the dump; nothing of the generation was.
        await fleet.FinishedAsync(7);
        var replay = await fleet.LusAsync("replay", "--study", "p2", "--model", fixture.OtherModel);
        Assert.True(replay.ExitCode == 0, replay.ToString());
        foreach (var study in new[] { "p3", "p4" })
            await fleet.UploadAsync(Path.Combine(fixture.Videos, study), $"incoming/{study}/");
        await fleet.UntilAsync("p3, announced", "SELECT count(*) FROM studies WHERE name = 'p3' AND announced_revision = 1", count => count == 1);

        // Nothing is predicted from here to the restore: a study that was completed before it would leave its result in the bucket.
        if (running)
            sequence.SendPause();
        else
            Assert.Equal(0, (await fleet.StopAsync(sequence)).ExitCode);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p1", "deep"), "incoming/gone/");
        await fleet.UntilAsync("clips of the study that goes away", "SELECT count(*) FROM clips JOIN videos USING (video_id) WHERE object_key LIKE 'gone/%'", count => count > 0);
        await DeleteAsync(fleet, "incoming/gone/c.gif");
        if (!running)
            Assert.All(await fleet.StopAsync(), ended => Assert.True(ended.ExitCode == 0, ended.ToString()));

        await dump.RestoreAsync();

        var before = events.Count;
        if (running)
            sequence.SendContinue();
        foreach (var stage in running ? [] : Stages)
            fleet.Start(stage);
        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Equal(fixture.Results, await fleet.ResultsAsync());
        Assert.All(fleet.Workers, worker => Assert.False(worker.HasExited, worker.Said));
        Assert.Equal(["0 tiny"], await fleet.RowsAsync("SELECT DISTINCT generation, name FROM predictions JOIN model_bundles USING (bundle_id)"));
        Assert.Equal(["p1", "p2", "p3", "p4"], await fleet.RowsAsync("SELECT name FROM studies ORDER BY name"));
        Assert.Equal(["results/p1.json", "results/p2.json", "results/p3.json", "results/p4.json"], (await fleet.ResultObjectsAsync()).Keys.Order());
        await fleet.AssertTidyAsync(hasAllSpans: false);
        Assert.Equal(
            ["p1 1", "p2 1", "p3 1", "p4 1"], events.Skip(before).Select(told => $"{told.GetProperty("study")} {told.GetProperty("revision")}").Order());
        Assert.Empty(await fleet.DeadLettersAsync());
    }

    private static async Task DeleteAsync(Fleet fleet, string key)
    {
        using var client = PlainS3.Client(fleet.Bucket);
        await client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = fleet.Bucket.Name, Key = key }, Cancellation);
    }
}
