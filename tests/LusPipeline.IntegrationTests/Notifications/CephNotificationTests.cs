using Amazon.S3.Model;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;

namespace LusPipeline.IntegrationTests.Notifications;

/// <summary>Ceph's gateway tells RabbitMQ of uploads, set up by our scripts and with the least rights, and a worker follows.</summary>
public sealed class CephNotificationTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string Password = "pass \"word\\ 1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_uploaded_video_is_done_at_once_though_the_next_listing_is_an_hour_away()
    {
        await using var own = servers.SingleS3();
        await using var fleet = await Fleet.MakeAsync(own, fixture.Model);
        await using var gateway = new ServiceManager(own);
        var prefix = $"u{Guid.NewGuid():N}"[..12];
        await MakeUsersAsync(fleet, prefix);
        await MakeTopicAsync(fleet, prefix);
        fleet.Set("LUS__Broker__Prefix", prefix);
        fleet.Set("LUS__Broker__Uri", As(fleet.Broker, $"{prefix}-worker").AbsoluteUri);
        fleet.Set("LUS__Notifications__Exchange", $"{prefix}.notifications");
        fleet.Set("LUS__Notifications__RoutingKey", prefix);
        fleet.Set("LUS__Watch__Interval", "1h");
        fleet.Set("LUS__Logging__LogLevel__LusPipeline.Hosting.Worker.BucketWatch", "Debug");
        fleet.Start("all");
        await fleet.SaidAsync("Following the notifications");
        await fleet.SaidAsync("Listed the bucket", times: 2);

        // The gateway looks for new topics every half minute.
        await PutAsync(fleet, "p1/a.mp4", "incoming/p1/first.mp4");
        await fleet.FinishedAsync(1);
        await PutAsync(fleet, "p1/b.avi", "incoming/p1/a b+c%20ü.avi");
        await fleet.FinishedAsync(2);
        await PutAsync(fleet, "p3/a.mp4", "urgent/p3/a.mp4");
        await PutAsync(fleet, "p4/a.mp4", "elsewhere/p4/a.mp4");
        await fleet.FinishedAsync(3);

        Assert.Equal(["incoming/p1 False", "urgent/p3 True"], await fleet.RowsAsync($"SELECT replace(bucket, '{fleet.Bucket.Name}/', '') || '/' || name, urgent FROM studies ORDER BY 1"));
        Assert.Equal(3, fleet.Logs().Split("1 new videos by notifications").Length - 1);
        Assert.DoesNotContain("first.mp4", fleet.Logs(), StringComparison.Ordinal);
        await fleet.AssertTidyAsync();
    }

    /// <summary>By <c>deploy/rabbitmq/users.sh</c>.</summary>
    private async Task MakeUsersAsync(Fleet fleet, string prefix)
    {
        using var management = await servers.ManagementAsync();
        await DeployScript.RunAsync(
            "rabbitmq/users.sh", [management.BaseAddress!.ToString(), fleet.Broker.AbsolutePath[1..], prefix],
            new Dictionary<string, string> { ["RABBITMQ_ADMIN"] = fleet.Broker.UserInfo, ["WORKER_PASSWORD"] = Password, ["OPERATOR_PASSWORD"] = Password, ["EVENTS_PASSWORD"] = Password, ["BUCKET_PASSWORD"] = Password });
    }

    /// <summary>By <c>deploy/s3/notifications.sh</c>. Twice: it may be run again.</summary>
    private static async Task MakeTopicAsync(Fleet fleet, string prefix)
    {
        using var folder = new TemporaryFolder();
        // Ceph takes a password by https only, which a proxy before it says it was.
        await File.WriteAllTextAsync(folder[".curlrc"], "header = \"X-Forwarded-Proto: https\"", Cancellation);
        for (var turn = 0; turn < 2; turn++)
        {
            await DeployScript.RunAsync(
                "s3/notifications.sh", [fleet.Bucket.Endpoint!.AbsoluteUri, fleet.Bucket.Name],
                new Dictionary<string, string>
                {
                    ["CURL_HOME"] = folder.Path,
                    ["AWS_ACCESS_KEY_ID"] = fleet.Bucket.AccessKey!,
                    ["AWS_SECRET_ACCESS_KEY"] = fleet.Bucket.SecretKey!,
                    ["PUSH_ENDPOINT"] = As(fleet.Broker, $"{prefix}-bucket").AbsoluteUri,
                    ["EXCHANGE"] = $"{prefix}.notifications",
                    ["TOPIC"] = prefix,
                });
        }
    }

    private async Task PutAsync(Fleet fleet, string video, string key)
    {
        using var client = PlainS3.Client(fleet.Bucket);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = fleet.Bucket.Name, Key = key, FilePath = Path.Combine(fixture.Videos, video) }, Cancellation);
    }

    private static Uri As(Uri admin, string user) => new UriBuilder(admin) { UserName = user, Password = Uri.EscapeDataString(Password) }.Uri;

    /// <summary>
    /// Starts the gateway again when it has ended. That of Ceph 16.2.15 ends by a segmentation fault in about one of four runs of this test, while it tells
    /// the broker of uploads from a persistent topic. Then it goes on with what it had not told.
    /// </summary>
    private sealed class ServiceManager : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _running;

        public ServiceManager(TestServers servers)
        {
            _running = RunAsync(servers);
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _running;
            _stopping.Dispose();
        }

        private async Task RunAsync(TestServers servers)
        {
            while (!_stopping.IsCancellationRequested)
            {
                await servers.StartAsync(TestServer.S3);
                await Task.Delay(TimeSpan.FromSeconds(1), _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
