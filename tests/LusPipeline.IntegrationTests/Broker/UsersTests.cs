using System.Collections.Concurrent;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Notifications;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Pipeline.Attempts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>The users of <c>deploy/rabbitmq/users.sh</c> can do what they need and nothing else.</summary>
public sealed class UsersTests(TestServers servers)
{
    private const string Password = "pass \"word\\ 1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_does_all_its_work_and_touches_no_other_queue()
    {
        var (admin, prefix) = await MakeUsersAsync();
        await using (var foreign = await ConnectAsync(admin))
        await using (var channel = await foreign.CreateChannelAsync(cancellationToken: Cancellation))
            await channel.QueueDeclareAsync("others", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-worker"), Prefix = prefix };

        var handled = new BlockingCollection<int>();
        await using var worker = await TestWorker.StartAsync(
            options,
            (clip, _) =>
            {
                handled.Add(TestBroker.NumberOf(clip), CancellationToken.None);
                return Task.CompletedTask;
            },
            returned: _ => ReturnedOutcome.Stale);
        await worker.Topology.DeclareAsync(Cancellation);
        await worker.Bus.PublishAsync(TestBroker.Clip(1), Cancellation);
        await worker.Bus.PublishAsync(TestBroker.Clip(2, urgent: true), Cancellation);
        await using var connection = new BrokerConnection(options);
        await worker.Letters.KeepAsync(TestBroker.Clip(3), "crashed", Cancellation);
        await new BrokerEvents(connection, new BrokerNames(prefix)).PublishAsync(new { Version = 1 }, "study.completed", Guid.NewGuid(), Cancellation);

        Assert.True(handled.TryTake(out _, TestBroker.Patience) && handled.TryTake(out _, TestBroker.Patience));
        Assert.DoesNotContain(worker.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
        await RefusedAsync(options.Uri, channel => channel.QueueDeleteAsync("others", false, false, cancellationToken: Cancellation));
        await RefusedAsync(options.Uri, channel => channel.BasicGetAsync("others", true, Cancellation));
        await RefusedAsync(options.Uri, channel => channel.QueuePurgeAsync("others", Cancellation));
        await RefusedAsync(options.Uri, channel => channel.BasicPublishAsync("", "others", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(options.Uri, channel => channel.QueueDeclareAsync("another", true, false, false, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_consumer_of_events_gets_them_and_can_neither_forge_one_nor_see_the_work()
    {
        var (admin, prefix) = await MakeUsersAsync();
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-worker"), Prefix = prefix };
        await using var control = new BrokerConnection(options);
        await new BrokerTopology(control, options).DeclareAsync(Cancellation);
        var user = As(admin, $"{prefix}-events");
        var queue = $"{prefix}.events.archive";
        await using var connection = await ConnectAsync(user);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        await channel.QueueDeclareAsync(queue, true, false, false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Cancellation);
        await channel.QueueBindAsync(queue, $"{prefix}.events", "study.*", cancellationToken: Cancellation);

        var study = Guid.NewGuid();
        await new BrokerEvents(control, new BrokerNames(prefix)).PublishAsync(new { Version = 1, StudyId = study }, "study.failed", study, Cancellation);

        BasicGetResult? got = null;
        await TestBroker.UntilAsync(async () => (got = await channel.BasicGetAsync(queue, true, Cancellation)) is not null);
        Assert.Equal("study.failed", got!.RoutingKey);
        Assert.Equal($$"""{"version":1,"studyId":"{{study}}"}""", System.Text.Encoding.UTF8.GetString(got.Body.Span));
        Assert.Equal(("application/json", study.ToString(), true), (got.BasicProperties.ContentType, got.BasicProperties.CorrelationId, got.BasicProperties.Persistent));
        await RefusedAsync(user, other => other.BasicPublishAsync($"{prefix}.events", "study.completed", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(user, other => other.BasicPublishAsync($"{prefix}.ingest", "", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(user, other => other.BasicGetAsync($"{prefix}.dead-letters", true, Cancellation));
        await RefusedAsync(user, other => other.QueueDeleteAsync($"{prefix}.features", false, false, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task An_S3_server_tells_of_uploads_and_can_do_nothing_else()
    {
        var (admin, prefix) = await MakeUsersAsync("BUCKET");
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-worker"), Prefix = prefix };
        await using var worker = new NotificationQueue(new() { Exchange = $"{prefix}.notifications" }, options);
        await worker.DeclareAsync(Cancellation);
        var user = As(admin, $"{prefix}-bucket");

        await using (var connection = await ConnectAsync(user))
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation))
            await channel.BasicPublishAsync($"{prefix}.notifications", "lus", mandatory: true, new byte[1], Cancellation);
        await RefusedAsync(user, other => other.BasicPublishAsync($"{prefix}.ingest", "", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(user, other => other.BasicPublishAsync($"{prefix}.events", "study.completed", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(user, other => other.BasicPublishAsync("", $"{prefix}.ingest", true, new byte[1], Cancellation).AsTask());
        await RefusedAsync(user, other => other.BasicGetAsync($"{prefix}.notifications", true, Cancellation));
        await RefusedAsync(user, other => other.QueueDeleteAsync($"{prefix}.notifications", false, false, cancellationToken: Cancellation));
        await RefusedAsync(user, other => other.QueueBindAsync($"{prefix}.notifications", $"{prefix}.events", "#", cancellationToken: Cancellation));

        Assert.Equal(1u, (await worker.DeclareAsync(Cancellation)).Waiting);
    }

    [Fact]
    public async Task An_operator_sees_what_waits()
    {
        var (admin, prefix) = await MakeUsersAsync();
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-operator"), Prefix = prefix };
        await using var connection = new BrokerConnection(options);

        var depths = await new BrokerTopology(connection, options).DeclareAsync(Cancellation);

        Assert.Equal(0, depths.Stages[Stage.Ingest].Ready);
    }

    [Fact]
    public async Task A_user_without_permissions_is_told_which_to_give()
    {
        var (admin, prefix) = await MakeUsersAsync();
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-events"), Prefix = prefix };
        await using var connection = new BrokerConnection(options);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new BrokerTopology(connection, options).DeclareAsync(Cancellation));

        Assert.Contains("deploy/rabbitmq", refused.Message, StringComparison.Ordinal);
    }

    private async Task<(Uri Admin, string Prefix)> MakeUsersAsync(params string[] more)
    {
        var admin = await servers.NewVirtualHostAsync();
        using var management = await servers.ManagementAsync();
        var prefix = $"u{Guid.NewGuid():N}"[..12];
        // Twice: it may be run again.
        for (var turn = 0; turn < 2; turn++)
        {
            var made = await DeployScript.RunAsync(
                "rabbitmq/users.sh", [management.BaseAddress!.ToString(), admin.AbsolutePath[1..], prefix],
                more.Concat(["WORKER", "OPERATOR", "EVENTS"]).ToDictionary(user => $"{user}_PASSWORD", _ => Password)
                    .Append(new("RABBITMQ_ADMIN", admin.UserInfo)).ToDictionary());
            Assert.Equal([$"{prefix}-worker", $"{prefix}-operator", $"{prefix}-events", .. more.Select(user => $"{prefix}-{user.ToLowerInvariant()}")], made.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        return (admin, prefix);
    }

    private static Uri As(Uri admin, string user) => new UriBuilder(admin) { UserName = user, Password = Uri.EscapeDataString(Password) }.Uri;

    private static Task<IConnection> ConnectAsync(Uri address) => new ConnectionFactory { Uri = address }.CreateConnectionAsync(Cancellation);

    private static async Task RefusedAsync(Uri user, Func<IChannel, Task> act)
    {
        await using var connection = await ConnectAsync(user);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation);
        var refused = await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => act(channel));
        Assert.Equal(403, refused.ShutdownReason!.ReplyCode);
    }
}
