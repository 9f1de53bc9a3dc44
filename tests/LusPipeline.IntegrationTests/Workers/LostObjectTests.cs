using System.Collections.Concurrent;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Somebody deletes clip objects before a features worker gets at them.</summary>
public sealed class LostObjectTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clip_objects_that_are_lost_once_are_cut_again()
    {
        var lost = new ConcurrentDictionary<string, bool>();
        await DisturbAsync(key => lost.TryAdd(key, true), async (fleet, _) =>
        {
            await fixture.AssertUndisturbedAsync(fleet);
            Assert.Empty(await fleet.RowsAsync("SELECT clip_id FROM clips WHERE retries = 0"));
        });
    }

    [Fact]
    public async Task A_clip_object_that_is_lost_each_time_fails_its_video_alone_until_it_is_replayed()
    {
        string? victim = null;
        await DisturbAsync(key => key == (Interlocked.CompareExchange(ref victim, key, null) ?? key), async (fleet, worker) =>
        {
            await fleet.FinishedAsync(fixture.VideoCount);
            Assert.Equal(["failed object_lost"], await fleet.RowsAsync("SELECT DISTINCT status, reason FROM clips WHERE status <> 'done'"));
            var failed = Assert.Single(await fleet.RowsAsync("SELECT object_key FROM videos WHERE status = 'failed' AND reason = 'object_lost'")).Split('/', 2);
            Assert.Equal(["object_lost lus.features"], await fleet.DeadLettersAsync());
            var results = await fleet.ResultsAsync();
            Assert.Equal(fixture.VideoCount - 1, results.Intersect(fixture.Results).Count());
            Assert.DoesNotContain(results.Intersect(fixture.Results), line => line.StartsWith($"\"{failed[0]}\" \"{failed[1]}\"", StringComparison.Ordinal));

            await fleet.StopAsync(worker);
            fleet.Start("features");
            var replay = await fleet.LusAsync("replay", "--failed");

            Assert.True(replay.ExitCode == 0, replay.ToString());
            await fixture.AssertUndisturbedAsync(fleet);
        });
    }

    /// <param name="loses">Whether this object is deleted just before the features worker gets it.</param>
    /// <param name="then">Is given the fleet and its features worker.</param>
    private async Task DisturbAsync(Predicate<string> loses, Func<Fleet, LusProcess, Task> then)
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        using var client = PlainS3.Client(fleet.Bucket);
        await using var proxy = new FaultyProxy(fleet.Bucket.Endpoint!)
        {
            OnRequest = async head =>
            {
                if (head.StartsWith("GET ", StringComparison.Ordinal) && head.Split(' ')[1].Split("/clips/") is [_, var name] && loses($"clips/{name}"))
                    await client.DeleteObjectAsync(fleet.Bucket.Name, $"clips/{name}", Cancellation);
                return RequestFault.None;
            },
        };
        proxy.Pass();
        await fixture.StartAsync(fleet, "ingest", "sequence");
        var worker = fleet.Start("features", ("LUS__Bucket__Endpoint", proxy.Address(fleet.Bucket.Endpoint!).AbsoluteUri));
        await then(fleet, worker);
    }
}
