using System.Globalization;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.S3.Model;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Results;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using Npgsql;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Workers as processes, with a database, a virtual host and a bucket of their own.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Stage, LusProcess Process)> _workers = [];
    private readonly HashSet<int> _killed = [];
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _environment;

    private Fleet(TestServers servers, string database, Uri broker, S3Options bucket, string model)
    {
        (Servers, Database, Broker, Bucket) = (servers, database, broker, bucket);
        _environment = new(FleetFixture.PlanSettings)
        {
            ["LUS__Database__ConnectionString"] = database,
            ["LUS__Broker__Uri"] = broker.AbsoluteUri,
            ["LUS__Broker__PublishTimeout"] = "5s",
            ["LUS__Bucket__Name"] = bucket.Name,
            ["LUS__Bucket__Endpoint"] = bucket.Endpoint!.AbsoluteUri,
            ["LUS__Bucket__AccessKey"] = bucket.AccessKey,
            ["LUS__Bucket__SecretKey"] = bucket.SecretKey,
            ["LUS__Bucket__Timeout"] = "5s",
            ["LUS__Model__Bundle"] = model,
            ["LUS__Worker__Scratch"] = _folder["scratch"],
            ["LUS__Watch__Interval"] = "300ms",
            ["LUS__Watch__QuietPeriod"] = "2s",
            ["LUS__Lease__Heartbeat"] = "500ms",
            ["LUS__Lease__Duration"] = "3s",
            ["LUS__Sweep__Interval"] = "300ms",
            ["LUS__Sweep__RepublishAfter"] = "3s",
            ["LUS__Sweep__OrphanInterval"] = "1s",
            ["LUS__Sweep__OrphanAge"] = "1s",
            ["LUS__Http__Url"] = "",
        };
    }

    public TestServers Servers { get; }

    public string Database { get; }

    public Uri Broker { get; }

    public S3Options Bucket { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="endpoint">Where the workers find the bucket, when not at its own address.</param>
    public static async Task<Fleet> MakeAsync(TestServers servers, string model, Uri? endpoint = null)
    {
        var bucket = await servers.NewBucketAsync();
        var fleet = new Fleet(servers, await servers.NewLedgerAsync(), await servers.NewVirtualHostAsync(), bucket, model);
        if (endpoint is not null)
            fleet._environment["LUS__Bucket__Endpoint"] = endpoint.AbsoluteUri;
        return fleet;
    }

    /// <summary>Whether each worker is a new process, not one that has run a command before.</summary>
    public bool HasNewProcesses { get; set; }

    /// <summary>Sets an environment variable of all processes that start from now on.</summary>
    public void Set(string name, string value) => _environment[name] = value;

    /// <summary>Runs a command with the fleet's settings.</summary>
    public Task<LusResult> LusAsync(params string[] arguments) => LusCommand.RunAsync(arguments, _environment);

    /// <summary>Runs a command with the settings of one worker.</summary>
    public Task<LusResult> LusAsync((string Name, string Value)[] more, params string[] arguments) => LusCommand.RunAsync(arguments, With(more));

    /// <summary>Starts a worker.</summary>
    /// <param name="stage">ingest, features, sequence or all.</param>
    /// <param name="more">Settings of this worker alone.</param>
    public LusProcess Start(string stage, params (string Name, string Value)[] more)
    {
        var worker = LusProcess.Start(["worker", stage], environment: With(more), isNew: HasNewProcesses);
        _workers.Add((stage, worker));
        return worker;
    }

    /// <summary>Ends a worker by <c>kill -9</c> and starts another in its place.</summary>
    public async Task ReplaceAsync(LusProcess worker)
    {
        var stage = _workers.Find(one => one.Process == worker).Stage;
        await KillAsync(worker);
        Start(stage);
    }

    /// <summary>Ends a worker by <c>kill -9</c> and forgets it.</summary>
    public async Task KillAsync(LusProcess worker)
    {
        _killed.Add(worker.Id);
        worker.SendKillIfRunning();
        await EndedAsync(worker);
    }

    /// <summary>Process ids of workers that were killed, so that they could not leave the ledger's register.</summary>
    public IReadOnlyCollection<int> Killed => _killed;

    /// <summary>The running workers of one stage.</summary>
    public IReadOnlyList<LusProcess> Of(string stage) => [.. _workers.Where(worker => worker.Stage == stage).Select(worker => worker.Process)];

    public IReadOnlyList<LusProcess> Workers => [.. _workers.Select(worker => worker.Process)];

    /// <summary>Stops a worker in good order and forgets it.</summary>
    public async Task<LusResult> StopAsync(LusProcess worker)
    {
        worker.SendTerminate();
        return await EndedAsync(worker);
    }

    /// <summary>Stops all workers in good order, at one time, and forgets them.</summary>
    public async Task<IReadOnlyList<LusResult>> StopAsync()
    {
        foreach (var worker in Workers)
            worker.SendTerminate();
        var results = new List<LusResult>();
        foreach (var worker in Workers)
            results.Add(await EndedAsync(worker));
        return results;
    }

    /// <summary>Waits for the end of a worker and forgets it.</summary>
    public async Task<LusResult> EndedAsync(LusProcess worker)
    {
        var result = await worker.EndAsync(Patience);
        _workers.RemoveAll(one => one.Process == worker);
        await worker.DisposeAsync();
        return result;
    }

    /// <summary>Puts every file of a folder, of studies, below a prefix.</summary>
    public async Task UploadAsync(string folder, string prefix = "incoming/")
    {
        using var client = PlainS3.Client(Bucket);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = Bucket.Name, Key = $"{prefix}{Path.GetRelativePath(folder, file)}", FilePath = file }, Cancellation);
        }
    }

    /// <summary>Waits until the workers have said something so often.</summary>
    public async Task SaidAsync(string text, int times = 1)
    {
        for (var deadline = Environment.TickCount64 + 60_000; Logs().Split(text).Length <= times; await Task.Delay(100, Cancellation))
            Assert.True(Environment.TickCount64 < deadline, $"Waited in vain for '{text}'.\n{Logs()}");
    }

    /// <summary>Waits until so many workers live.</summary>
    public Task WorkersAsync(int workers) => UntilAsync($"{workers} workers", "SELECT count(*) FROM workers", count => count == workers);

    /// <summary>Waits until so many predictions stand in the ledger.</summary>
    public Task PredictionsAsync(long least) => UntilAsync($"{least} predictions", "SELECT count(*) FROM predictions", count => count >= least);

    /// <summary>Waits until every video has a final status and every study was told of.</summary>
    public async Task FinishedAsync(int videos)
    {
        await UntilAsync($"{videos} final videos", "SELECT count(*) FROM videos WHERE status IN ('done', 'rejected', 'failed', 'cancelled')", count => count == videos);
        await UntilAsync(
            "all studies announced", "SELECT count(*) FROM studies WHERE status = 'open' OR (status <> 'cancelled' AND announced_revision < revision)", count => count == 0);
    }

    /// <summary>Waits until a query gives what is wanted; the log of all workers comes with the failure.</summary>
    public async Task UntilAsync(string what, string query, Predicate<long> enough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        long? last = null;
        NpgsqlConnection? connection = null;
        try
        {
            while (true)
            {
                try
                {
                    connection ??= await ConnectAsync();
                    last = await ScalarAsync(connection, query);
                    if (enough(last.Value))
                        return;
                }
                catch (NpgsqlException) when (!limit.IsCancellationRequested)
                {
                    // The test has stopped the database.
                    await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                    connection = null;
                }
                await Task.Delay(100, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited in vain for {what}: the last look gave {last}.\n{await StateAsync()}\n{Logs()}");
        }
        finally
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>The first value of a query's first row.</summary>
    public async Task<long> ScalarAsync(string query)
    {
        await using var connection = await ConnectAsync();
        return await ScalarAsync(connection, query);
    }

    /// <summary>A query's rows, columns divided by a blank.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string query)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(query, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancellation))
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "-" : reader.GetValue(column))));
        return rows;
    }

    /// <summary>Every row of every table of the ledger, as JSON.</summary>
    public async Task<IReadOnlyList<string>> AllRowsAsync()
    {
        var rows = new List<string>();
        foreach (var table in await RowsAsync("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"))
            rows.AddRange(await RowsAsync($"SELECT to_jsonb(one)::text FROM {table} one"));
        return rows;
    }

    /// <summary>Reason and queue of each message in the dead letters; they stay there.</summary>
    public async Task<IReadOnlyList<string>> DeadLettersAsync()
    {
        using var management = await Servers.ManagementAsync();
        using var got = await management.PostAsJsonAsync(
            new Uri($"api/queues{Broker.AbsolutePath}/lus.dead-letters/get", UriKind.Relative),
            new { count = 1000, ackmode = "ack_requeue_true", encoding = "auto" }, Cancellation);
        got.EnsureSuccessStatusCode();
        var letters = await got.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return [.. letters.EnumerateArray().Select(letter => letter.GetProperty("properties").GetProperty("headers"))
            .Select(headers => $"{headers.GetProperty("lus-reason").GetString()} {headers.GetProperty("lus-queue").GetString()}")];
    }

    /// <summary>A line a video, comparable with those of <c>lus run</c>.</summary>
    public async Task<IReadOnlyList<string>> ResultsAsync()
    {
        var reader = new ResultReader(PostgresLedger.Open(new DatabaseOptions { ConnectionString = Database }));
        var studies = await reader.StudiesAsync(null, Cancellation);
        return new LusResult(0, [.. studies.SelectMany(study => study.Videos).Select(video => JsonSerializer.Serialize(VideoJson.From(video, cached: false), Json))], []).Results;
    }

    /// <summary>The results in the bucket, by their keys.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> ResultObjectsAsync()
    {
        using var client = PlainS3.Client(Bucket);
        var results = new Dictionary<string, JsonElement>();
        var listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket.Name, Prefix = "results/" }, Cancellation);
        foreach (var item in listed.S3Objects ?? [])
        {
            using var got = await client.GetObjectAsync(Bucket.Name, item.Key, Cancellation);
            results[item.Key] = await JsonSerializer.DeserializeAsync<JsonElement>(got.ResponseStream, cancellationToken: Cancellation);
        }
        return results;
    }

    /// <summary>What the workers have said, each with its stage and exit code.</summary>
    public string Logs() => string.Join('\n', _workers.Select(worker => $"--- worker {worker.Stage}\n{worker.Process.Said}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, worker) in _workers)
            await worker.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection($"{Database};Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private Dictionary<string, string?> With(IEnumerable<(string Name, string Value)> more)
    {
        var environment = new Dictionary<string, string?>(_environment);
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }

    private async Task<string> StateAsync()
    {
        var videos = await RowsAsync("SELECT object_key, status, reason, generation, starts, retries, publishes, not_before - now(), worker_id FROM videos ORDER BY object_key");
        var clips = await RowsAsync("SELECT clip_id, status, generation, starts, retries, publishes, not_before - now(), worker_id FROM clips WHERE status NOT IN ('done', 'cancelled')");
        var studies = await RowsAsync("SELECT name, status, revision, announced_revision, completable_at - now(), check_at - now() FROM studies ORDER BY name");
        var workers = await RowsAsync("SELECT worker_id, stages, now() - heartbeat_at FROM workers");
        return string.Join('\n', videos.Concat(clips).Concat(studies).Concat(workers));
    }
}
