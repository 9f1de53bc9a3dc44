using System.Text;
using Amazon.S3.Model;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;

namespace LusPipeline.IntegrationTests.Notifications;

/// <summary>Notifications as a hint: they change when a video is found, and nothing else.</summary>
public sealed class NotificationTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string Exchange = "bucket-events";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Garbage_and_forged_notifications_do_no_harm()
    {
        await using var fleet = await FollowedAsync();
        var url = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        fleet.Start("all", ("LUS__Http__Url", url.AbsoluteUri));
        await using var notifier = await StartedAsync(fleet);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p1"), "incoming/p1/");
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p2"), "secret/p2/");
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p3"), "incoming/p3/");
        var bucket = fleet.Bucket.Name;

        // Each twice, and every kind of nonsense before, between and after.
        for (var turn = 0; turn < 2; turn++)
        {
            foreach (var garbage in new[] { "", "{", "null", "[1]", "{\"Records\":[{}]}", "{\"Records\":{}}", new string('[', 50_000), "Hans" })
                await notifier.SendAsync(garbage);
            await notifier.SendAsync(new byte[300_000]);
            await notifier.SendAsync(new byte[3_000_000]);
            await notifier.SendAsync(Encoding.Latin1.GetBytes("{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"object\":{\"key\":\"ü\"}}}]}"));
            foreach (var key in new[] { "a.mp4", "b.avi", "deep/c.gif" })
            {
                await notifier.UploadedAsync(bucket, $"incoming/p1/{key}");
                await notifier.UploadedAsync(bucket, $"incoming/p1/{Uri.EscapeDataString(key)}");
            }
            foreach (var forged in new[]
            {
                "incoming/p1/Hans.mp4", "incoming/Hans/a.mp4", "incoming/p1/a", "incoming/p1/", "incoming/", "/", "..", "secret/p2/a.mp4", "clips/x.npy",
                "results/p1.json", "incoming/p1/../p3/a.mp4", "incoming/p1/%zz%ff+", "incoming/p1/\0\u0001", new string('x', 200_000), $"incoming/{new string('x', 1_015)}",
            })
                await notifier.UploadedAsync(bucket, forged);
            await notifier.UploadedAsync("another-bucket", "incoming/p3/a.mp4");
            await notifier.UploadedAsync(bucket, "incoming/p3/a.mp4", "ObjectRemoved:Delete");
            await fleet.FinishedAsync(3);
        }
        await notifier.UploadedAsync(bucket, "incoming/p3/a.mp4");
        await fleet.FinishedAsync(4);

        Assert.Equal(fixture.Results.Where(line => line.Contains("\"p1\"", StringComparison.Ordinal) || (line.Contains("\"p3\"", StringComparison.Ordinal) && line.Contains("a.mp4", StringComparison.Ordinal))), await fleet.ResultsAsync());
        Assert.Equal(["p1 1", "p3 1"], await fleet.RowsAsync("SELECT name, revision FROM studies ORDER BY name"));
        using var client = new HttpClient { BaseAddress = url };
        var metrics = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), Cancellation);
        foreach (var outcome in new[] { "found", "absent", "other", "unreadable" })
            Assert.Matches($"(?m)^lus_notifications_total\\{{[^}}]*lus_outcome=\"{outcome}\"[^}}]*\\}} [1-9]", metrics);
        Assert.Contains("that are not notifications of S3", fleet.Logs(), StringComparison.Ordinal);
        Assert.DoesNotContain("Hans", fleet.Logs() + metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("a.mp4", fleet.Logs() + metrics, StringComparison.Ordinal);
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_marker_closes_its_study_with_all_videos_whose_notifications_were_lost()
    {
        await using var fleet = await FollowedAsync();
        fleet.Set("LUS__Watch__QuietPeriod", "1d");
        fleet.Start("all");
        await using var notifier = await StartedAsync(fleet);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p1"), "incoming/p1/");
        await PutAsync(fleet, "incoming/p1/.complete");

        await notifier.UploadedAsync(fleet.Bucket.Name, "incoming/p1/.complete");
        await fleet.FinishedAsync(3);
        Assert.Equal(["p1 1"], await fleet.RowsAsync("SELECT name, announced_revision FROM studies"));

        // Told again, the marker does not close what came later.
        foreach (var late in new[] { "late1.mp4", "late2.mp4", "late3.mp4" })
        {
            await PutAsync(fleet, $"incoming/p1/{late}", Path.Combine(fixture.Videos, "p2", "a.mp4"));
            await notifier.UploadedAsync(fleet.Bucket.Name, $"incoming/p1/{late}");
            await fleet.UntilAsync(late, $"SELECT count(*) FROM videos WHERE status = 'done' AND object_key = 'p1/{late}'", count => count == 1);
            await notifier.UploadedAsync(fleet.Bucket.Name, "incoming/p1/.complete");
        }
        Assert.Equal(["p1 open 1"], await fleet.RowsAsync("SELECT name, status, revision FROM studies"));
    }

    [Fact]
    public async Task What_no_notification_tells_of_a_listing_finds()
    {
        await using var fleet = await FollowedAsync();
        fleet.Set("LUS__Watch__Interval", "2s");
        fleet.Start("all");
        await using var notifier = await StartedAsync(fleet);
        await fleet.UploadAsync(fixture.Videos);
        foreach (var study in new[] { "p1", "p3" })
            await notifier.UploadedAsync(fleet.Bucket.Name, $"incoming/{study}/a.mp4");

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task Without_the_notifications_broker_everything_goes_on_by_listing()
    {
        await using var fleet = await FollowedAsync();
        fleet.Set("LUS__Notifications__Uri", "amqp://user:hunter2@127.0.0.1:1/");
        fleet.Set("LUS__Watch__Interval", "2s");
        await fixture.StartAsync(fleet, "all");

        await fleet.FinishedAsync(fixture.VideoCount);
        Assert.Single(fleet.Logs().Split('\n'), line => line.Contains("Notifications are not available", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", fleet.Logs(), StringComparison.Ordinal);
        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_queue_that_is_lost_is_made_again_and_what_was_missed_is_listed()
    {
        await using var fleet = await FollowedAsync();
        fleet.Start("all");
        await using var notifier = await StartedAsync(fleet);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p1"), "incoming/p1/");

        using var management = await servers.ManagementAsync();
        using var deleted = await management.DeleteAsync(new Uri($"api/queues{fleet.Broker.AbsolutePath}/lus.notifications", UriKind.Relative), Cancellation);
        deleted.EnsureSuccessStatusCode();

        await fleet.FinishedAsync(3);
        await fleet.UploadAsync(Path.Combine(fixture.Videos, "p3"), "incoming/p3/");
        await notifier.UploadedAsync(fleet.Bucket.Name, "incoming/p3/a.mp4");
        await fleet.FinishedAsync(4);
    }

    [Fact]
    public async Task A_watcher_that_dies_is_followed_within_its_lease_and_not_at_the_next_listing()
    {
        await using var fleet = await FollowedAsync();
        fleet.Start("all");
        fleet.Start("all");
        await fleet.WorkersAsync(2);
        await fleet.UntilAsync("a watcher", "SELECT count(*) FROM duties WHERE name LIKE 'watch:%' AND leased_until > now()", count => count == 1);
        var watcher = await fleet.ScalarAsync("SELECT process_id FROM duties JOIN workers USING (worker_id) WHERE duties.name LIKE 'watch:%'");

        await fleet.KillAsync(fleet.Workers.Single(worker => worker.Id == watcher));
        await fleet.UploadAsync(fixture.Videos);

        await fixture.AssertUndisturbedAsync(fleet);
    }

    /// <summary>A fleet that follows notifications and lists once an hour.</summary>
    private async Task<Fleet> FollowedAsync()
    {
        var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Notifications__Exchange", Exchange);
        fleet.Set("LUS__Watch__Interval", "1h");
        fleet.Set("LUS__Logging__LogLevel__LusPipeline.Hosting.Worker.BucketWatch", "Debug");
        return fleet;
    }

    /// <summary>Waits until a worker follows and has listed what there is, which is nothing.</summary>
    private static async Task<S3Notifier> StartedAsync(Fleet fleet)
    {
        await fleet.SaidAsync("Following the notifications");
        // One for the start, and one for what was told before there was a queue.
        await fleet.SaidAsync("Listed the bucket", times: 2);
        return await S3Notifier.OpenAsync(fleet.Broker, Exchange);
    }

    private static async Task PutAsync(Fleet fleet, string key, string? path = null)
    {
        using var client = PlainS3.Client(fleet.Bucket);
        await client.PutObjectAsync(
            new PutObjectRequest { BucketName = fleet.Bucket.Name, Key = key, FilePath = path, ContentBody = path is null ? "" : null }, Cancellation);
    }
}
