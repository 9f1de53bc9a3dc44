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
    public async Task An_operator_sees_what_waits_and_can_publish_make_and_take_nothing()
    {
        var (admin, prefix) = await MakeUsersAsync();
        await DeclareAsync(As(admin, $"{prefix}-worker"), prefix);
        var user = As(admin, $"{prefix}-operator");
        var options = new BrokerOptions { Uri = user, Prefix = prefix };
        await using var connection = new BrokerConnection(options);

        var depths = await new BrokerTopology(connection, options).ReadAsync(Cancellation);

        Assert.Equal(0, depths.DeadLetters);
        Assert.Equal(await TellsAllAsync(connection) ? 0 : null, depths.Stages[Stage.Ingest]?.Ready);
        Assert.Equal(depths.Stages[Stage.Ingest] is null, depths.Hidden.Contains($"{prefix}.ingest"));
        foreach (var stage in StageNames.All.Select(stage => stage.Name()))
        {
            await RefusedAsync(user, channel => PublishAsync(channel, $"{prefix}.{stage}"));
            await RefusedAsync(user, channel => channel.BasicPublishAsync("", $"{prefix}.{stage}", true, new byte[1], Cancellation).AsTask());
            await RefusedAsync(user, channel => channel.BasicGetAsync($"{prefix}.{stage}", true, Cancellation));
            await RefusedAsync(user, channel => channel.QueuePurgeAsync($"{prefix}.{stage}", Cancellation));
            await RefusedAsync(user, channel => channel.QueueDeleteAsync($"{prefix}.{stage}", false, false, cancellationToken: Cancellation));
        }
        foreach (var exchange in new[] { "events", "returned", "dead-letters" })
            await RefusedAsync(user, channel => PublishAsync(channel, $"{prefix}.{exchange}"));
        await RefusedAsync(user, channel => channel.QueueDeclareAsync($"{prefix}.mine", true, false, false, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("ingest", "features,features.urgent,sequence,sequence.urgent,dead-letters,events", "sequence,sequence.urgent,events", "sequence,dead-letters,events")]
    [InlineData("features", "ingest,ingest.urgent,sequence,returned,dead-letters,notifications", "events,notifications", "returned,dead-letters,events,notifications")]
    [InlineData("sequence", "ingest,ingest.urgent,features,features.urgent,returned,notifications", "notifications", "returned,notifications")]
    public async Task A_user_of_one_stage_touches_nothing_that_its_stage_does_not_need(string stage, string unread, string unpublished, string kept)
    {
        var (admin, prefix) = await MakeUsersAsync("INGEST", "FEATURES", "SEQUENCE");
        await DeclareAsync(As(admin, $"{prefix}-worker"), prefix);
        await using (var connection = await ConnectAsync(As(admin, $"{prefix}-worker")))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation))
        {
            await channel.QueueDeclareAsync($"{prefix}.notifications", true, false, false, cancellationToken: Cancellation);
            await channel.ExchangeDeclareAsync($"{prefix}.notifications", ExchangeType.Topic, true, cancellationToken: Cancellation);
            await channel.QueueDeclareAsync($"{prefix}.events", true, false, false, cancellationToken: Cancellation);
        }
        var user = As(admin, $"{prefix}-{stage}");

        foreach (var name in unread.Split(','))
        {
            await RefusedAsync(user, channel => channel.BasicGetAsync($"{prefix}.{name}", true, Cancellation));
            await RefusedAsync(user, channel => channel.QueuePurgeAsync($"{prefix}.{name}", Cancellation));
        }
        foreach (var name in unpublished.Split(','))
            await RefusedAsync(user, channel => PublishAsync(channel, $"{prefix}.{name}"));
        foreach (var name in kept.Split(','))
            await RefusedAsync(user, channel => channel.QueueDeleteAsync($"{prefix}.{name}", false, false, cancellationToken: Cancellation));
        await RefusedAsync(user, channel => channel.BasicPublishAsync("", $"{prefix}.{stage}", true, new byte[1], Cancellation).AsTask());
    }

    [Fact]
    public async Task A_user_of_one_stage_makes_its_own_queues_in_any_order_of_the_stages()
    {
        var (admin, prefix) = await MakeUsersAsync("INGEST", "FEATURES", "SEQUENCE");
        foreach (var stage in new[] { Stage.Features, Stage.Sequence, Stage.Ingest, Stage.Features })
        {
            var options = new BrokerOptions { Uri = As(admin, $"{prefix}-{stage.Name()}"), Prefix = prefix };
            await using var connection = new BrokerConnection(options);
            var topology = new BrokerTopology(connection, options, stage.ToSet());

            await topology.DeclareAsync(Cancellation);
            await topology.DeclareAsync(Cancellation);

            Assert.DoesNotContain(topology.Missing, name => name.Contains(stage.Name(), StringComparison.Ordinal));
        }

        await using var operators = new BrokerConnection(new BrokerOptions { Uri = As(admin, $"{prefix}-operator"), Prefix = prefix });
        Assert.Equal(0, (await new BrokerTopology(operators, new() { Prefix = prefix }).ReadAsync(Cancellation)).DeadLetters);
    }

    [Fact]
    public async Task A_user_of_another_stage_is_told_what_it_may_not_make()
    {
        var (admin, prefix) = await MakeUsersAsync("INGEST", "FEATURES", "SEQUENCE");
        var options = new BrokerOptions { Uri = As(admin, $"{prefix}-features"), Prefix = prefix };
        await using var connection = new BrokerConnection(options);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new BrokerTopology(connection, options, StageSet.Ingest).DeclareAsync(Cancellation));

        Assert.Contains("deploy/rabbitmq", refused.Message, StringComparison.Ordinal);
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

    private static async Task DeclareAsync(Uri user, string prefix)
    {
        var options = new BrokerOptions { Uri = user, Prefix = prefix };
        await using var connection = new BrokerConnection(options);
        await new BrokerTopology(connection, options).DeclareAsync(Cancellation);
    }

    private static Task PublishAsync(IChannel channel, string exchange) => channel.BasicPublishAsync(exchange, "", true, new byte[1], Cancellation).AsTask();

    private static Uri As(Uri admin, string user) => new UriBuilder(admin) { UserName = user, Password = Uri.EscapeDataString(Password) }.Uri;

    private static Task<IConnection> ConnectAsync(Uri address) => new ConnectionFactory { Uri = address }.CreateConnectionAsync(Cancellation);

    /// <summary>From 4.2.6 on RabbitMQ tells only users with a permission on a queue how many messages wait there.</summary>
    private static async Task<bool> TellsAllAsync(BrokerConnection connection) =>
        Version.Parse((await connection.ServerVersionAsync(Cancellation)).Split('-', '+')[0]) < new Version(4, 2, 6);

    private static async Task RefusedAsync(Uri user, Func<IChannel, Task> act)
    {
        await using var connection = await ConnectAsync(user);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation);
        var refused = await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => act(channel));
        Assert.Equal(403, refused.ShutdownReason!.ReplyCode);
    }
}
