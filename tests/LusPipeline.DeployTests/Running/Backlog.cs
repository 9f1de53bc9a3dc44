using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using RabbitMQ.Client;

namespace LusPipeline.DeployTests.Running;

/// <summary>A real broker and a real ledger of their own, with the users and roles of <c>deploy/</c>, and work in them.</summary>
public sealed class Backlog : IAsyncDisposable
{
    private const string Password = "word1";

    private readonly string _folder = Directory.CreateTempSubdirectory("lus-servers-").FullName;
    private readonly Lazy<Task<IReadOnlyDictionary<string, string>>> _started;
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>The delivery that was taken last.</summary>
    private ulong _held;

    public Backlog() => _started = new(StartAsync);

    /// <summary>What the Secret <c>lus-scaler</c> has.</summary>
    public string ManagementUrl { get; private set; } = "";

    /// <summary>The connection of <c>lus_dashboard</c> in the form of libpq.</summary>
    public string DatabaseConnection { get; private set; } = "";

    /// <summary>The same in the form of Npgsql.</summary>
    public string Dashboard { get; private set; } = "";

    private string Superuser { get; set; } = "";

    public async Task RequireAsync() => await _started.Value;

    /// <summary>Puts messages into a queue of the pipeline.</summary>
    public async Task PublishAsync(string queue, int messages)
    {
        for (var i = 0; i < messages; i++)
            await _channel!.BasicPublishAsync(queue, "", mandatory: true, new byte[] { 1 }, TestContext.Current.CancellationToken);
    }

    /// <summary>Takes messages as a worker does, and keeps them.</summary>
    public async Task HoldAsync(string queue, int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            var got = await _channel!.BasicGetAsync(queue, autoAck: false, TestContext.Current.CancellationToken);
            Assert.NotNull(got);
            _held = got.DeliveryTag;
        }
    }

    /// <summary>Confirms all that is held, and takes away what waits.</summary>
    public async Task EmptyAsync(string queue)
    {
        await _channel!.BasicAckAsync(_held, multiple: true, TestContext.Current.CancellationToken);
        await PurgeAsync(queue);
    }

    /// <summary>Takes away what waits. What is held stays.</summary>
    public async Task PurgeAsync(string queue) => await _channel!.QueuePurgeAsync(queue, TestContext.Current.CancellationToken);

    /// <summary>Makes the ledger hold so many clips that wait for features and that are in a worker's hands.</summary>
    public Task SetClipsAsync(int waiting, int running) => ExecuteAsync($"""
        DELETE FROM clips;
        INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, starts, retries, cut_at, publishes, worker_id)
        SELECT '2026-01-01', gen_random_uuid(), video_id, i, 0, 'cut', 0, 0, now(), 1, CASE WHEN i <= {running} THEN gen_random_uuid() END
        FROM videos, generate_series(1, {waiting + running}) i;
        """);

    /// <summary>What the broker answers to whom the address names, at the path that KEDA asks.</summary>
    public static async Task<string> AskBrokerAsync(string managementUrl, string queueExpression)
    {
        var address = new Uri(managementUrl);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
        // As KEDA's source builds it: pkg/scalers/rabbitmq_scaler.go.
        var question = new Uri($"{address.Scheme}://{address.Authority}/api/queues{address.AbsolutePath}?page=1&use_regex=true&pagination=false&name={Uri.EscapeDataString(queueExpression)}&page_size=100");
        return await client.GetStringAsync(question, TestContext.Current.CancellationToken);
    }

    /// <summary>The one number that a query gives to the dashboard's role.</summary>
    public async Task<long> AskLedgerAsync(string query)
    {
        await using var connection = new NpgsqlConnection(Dashboard);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(query, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_started.IsValueCreated)
            await Background.RunAsync(new Dictionary<string, string>(), Repository.PathOf("tests", "servers.sh"), "stop", _folder);
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private async Task<IReadOnlyDictionary<string, string>> StartAsync()
    {
        var script = Repository.PathOf("tests", "servers.sh");
        var owner = new Dictionary<string, string> { ["LUS_TEST_OWNER"] = $"{Environment.ProcessId}" };
        try
        {
            await Background.RunAsync(owner, script, "install");
        }
        catch (InvalidOperationException missing)
        {
            Assert.Skip(missing.Message);
        }
        var addresses = new Dictionary<string, string>();
        foreach (var server in new[] { "postgres", "rabbitmq" })
        {
            await Background.RunAsync(owner, script, "start-one", _folder, server);
            foreach (var line in await File.ReadAllLinesAsync(Path.Combine(_folder, $"{server}.env")))
                addresses[line.Split('=', 2)[0]] = line.Split('=', 2)[1].Trim('\'');
        }
        await MakeLedgerAsync(addresses["LUS_TEST_POSTGRES"]);
        await MakeQueuesAsync(addresses["LUS_TEST_RABBITMQ"], new Uri(addresses["LUS_TEST_RABBITMQ_MANAGEMENT"]));
        return addresses;
    }

    /// <summary>As the guide says: roles, migration; then a study with one video.</summary>
    private async Task MakeLedgerAsync(string server)
    {
        var address = new NpgsqlConnectionStringBuilder(server);
        Superuser = server;
        string[] connection = ["-X", "-q", "-h", address.Host!, "-p", $"{address.Port}", "-U", address.Username!];
        var passwords = new Dictionary<string, string> { ["MIGRATOR_PASSWORD"] = Password, ["DASHBOARD_PASSWORD"] = Password };
        (await Tool.StartAsync("psql", [.. connection, "-d", "postgres", "-c", "CREATE DATABASE lus"])).Succeeded();
        (await Tool.StartAsync("psql", [.. connection, "-d", "lus", "-f", Repository.PathOf("deploy", "sql", "roles.sql")], passwords)).Succeeded();
        Superuser = new NpgsqlConnectionStringBuilder(server) { Database = "lus" }.ConnectionString;
        Dashboard = new NpgsqlConnectionStringBuilder(Superuser) { Username = "lus_dashboard", Password = Password }.ConnectionString;
        DatabaseConnection = $"host={address.Host} port={address.Port} user=lus_dashboard password={Password} dbname=lus sslmode=disable";
        var migrator = new NpgsqlConnectionStringBuilder(Superuser) { Username = "lus_migrator", Password = Password }.ConnectionString;
        (await Lus.RunAsync(new Dictionary<string, string> { ["LUS__Database__ConnectionString"] = migrator }, "db", "migrate")).Succeeded();
        await ExecuteAsync("""
            INSERT INTO model_bundles (bundle_id, name, version, threshold, first_seen_at) VALUES ('b', 'xception-lstm', '1', 0.5, now());
            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, first_seen_at, trace_parent, urgent)
            VALUES (gen_random_uuid(), '2026-01-01', 'bucket', 'study', 'open', 0, 0, now(), '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01', false);
            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames, window_ticks, stride_ticks, bundle_id, variant,
                generation, status, warnings, starts, retries, trace_parent, publishes)
            SELECT gen_random_uuid(), study_id, study_day, 'incoming/study/a.mp4', 'c', 't', 1, false, now(), 'windows', 20, 1, 1, 'b', 'fp32', 0, 'cut', '', 0, 0, trace_parent, 1 FROM studies;
            """);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task MakeQueuesAsync(string broker, Uri management)
    {
        var address = $"{management.Scheme}://{management.Authority}";
        var passwords = new Dictionary<string, string>
        {
            ["RABBITMQ_ADMIN"] = management.UserInfo,
            ["WORKER_PASSWORD"] = Password,
            ["OPERATOR_PASSWORD"] = Password,
            ["EVENTS_PASSWORD"] = Password,
            ["SCALER_PASSWORD"] = Password,
        };
        (await Tool.StartAsync("bash", [Repository.PathOf("deploy", "rabbitmq", "users.sh"), address, "lus"], passwords)).Succeeded();
        ManagementUrl = $"{management.Scheme}://lus-scaler:{Password}@{management.Authority}/lus";
        var port = new Uri(broker).Port;
        _connection = await new ConnectionFactory { HostName = "127.0.0.1", Port = port, UserName = "lus-worker", Password = Password, VirtualHost = "lus" }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        _channel = await _connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var queue in new[] { "lus.features", "lus.features.urgent", "lus.sequence", "lus.dead-letters" })
        {
            await _channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" },
                cancellationToken: TestContext.Current.CancellationToken);
            await _channel.ExchangeDeclareAsync(queue, "fanout", durable: true, cancellationToken: TestContext.Current.CancellationToken);
            await _channel.QueueBindAsync(queue, queue, "", cancellationToken: TestContext.Current.CancellationToken);
        }
    }
}
