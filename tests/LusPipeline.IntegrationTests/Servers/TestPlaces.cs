using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using Npgsql;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>A place of its own for each test.</summary>
public sealed partial class TestServers
{
    private static int _places;

    /// <summary>A database with an empty ledger, made once for each server: a copy of it costs a tenth of what the migrations cost.</summary>
    private readonly Lazy<Task<string>> _emptyLedger;

    /// <returns>The connection string, in Npgsql's form, of a new and empty database, as its superuser.</returns>
    public Task<string> NewDatabaseAsync() => CopyDatabaseAsync("template1");

    /// <returns>The connection string, as its superuser, of a new database with an empty ledger, as <c>lus db migrate</c> makes it.</returns>
    public async Task<string> NewLedgerAsync() => await CopyDatabaseAsync(await _emptyLedger.Value);

    private async Task<string> MakeEmptyLedgerAsync()
    {
        var made = new NpgsqlConnectionStringBuilder(await NewDatabaseAsync()) { Pooling = false };
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = made.ConnectionString })).RunAsync(() => { }, _ => { }, default);
        return made.Database!;
    }

    private async Task<string> CopyDatabaseAsync(string template)
    {
        var server = (await AddressAsync(TestServer.Postgres))["LUS_TEST_POSTGRES"];
        var name = NewName("db");
        await using (var connection = new NpgsqlConnection($"{server};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
            await command.ExecuteNonQueryAsync();
        }
        // Many tests share the server's connections.
        return new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            MaxPoolSize = 20,
            ConnectionIdleLifetime = 5,
            ConnectionPruningInterval = 2,
        }.ConnectionString;
    }

    /// <returns>The <c>amqp://</c> address of a new virtual host, with the name and password of an administrator.</returns>
    public async Task<Uri> NewVirtualHostAsync()
    {
        var name = NewName("vh");
        await MakeVirtualHostAsync(name);
        return new Uri($"{(await AddressAsync(TestServer.RabbitMq))["LUS_TEST_RABBITMQ"]}/{name}");
    }

    /// <summary>The same virtual host by TLS, of <see cref="SingleWithTls"/>.</summary>
    public async Task<Uri> WithTlsAsync(Uri virtualHost) =>
        new((await AddressAsync(TestServer.RabbitMq))["LUS_TEST_RABBITMQ_TLS"] + virtualHost.AbsolutePath);

    /// <summary>A virtual host that does not exist, or not since the broker was wiped.</summary>
    public async Task MakeVirtualHostAsync(string name)
    {
        using var management = await ManagementAsync();
        using var made = await management.PutAsync(new Uri($"api/vhosts/{name}", UriKind.Relative), null);
        made.EnsureSuccessStatusCode();
        using var allowed = await management.PutAsJsonAsync(
            new Uri($"api/permissions/{name}/guest", UriKind.Relative), new { configure = ".*", write = ".*", read = ".*" });
        allowed.EnsureSuccessStatusCode();
    }

    /// <summary>RabbitMQ's management API, as an administrator; addresses below it begin with <c>api/</c>. The caller disposes it.</summary>
    public async Task<HttpClient> ManagementAsync()
    {
        var address = new Uri((await AddressAsync(TestServer.RabbitMq))["LUS_TEST_RABBITMQ_MANAGEMENT"]);
        var client = new HttpClient { BaseAddress = new Uri(address.GetLeftPart(UriPartial.Scheme) + address.Authority) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
        return client;
    }

    /// <returns>The options of a new and empty bucket.</returns>
    public async Task<S3Options> NewBucketAsync(bool versioned = false)
    {
        var address = await AddressAsync(TestServer.S3);
        var options = new S3Options
        {
            Name = NewName("b"),
            Endpoint = new Uri(address["LUS_TEST_S3"]),
            AccessKey = address["LUS_TEST_S3_ACCESS_KEY"],
            SecretKey = address["LUS_TEST_S3_SECRET_KEY"],
            Versioned = versioned,
            Timeout = TimeSpan.FromSeconds(20),
        };
        using var client = PlainS3.Client(options);
        await client.PutBucketAsync(options.Name);
        if (versioned)
        {
            await client.PutBucketVersioningAsync(new PutBucketVersioningRequest
            {
                BucketName = options.Name,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            });
        }
        return options;
    }

    /// <summary>The same bucket by another user, who may do in it what a policy allows.</summary>
    /// <param name="statements">The policy's statements, without their principal.</param>
    public async Task<S3Options> AsWorkerAsync(S3Options bucket, params object[] statements)
    {
        var address = await AddressAsync(TestServer.S3);
        var principal = new { AWS = new[] { $"arn:aws:iam:::user/{address["LUS_TEST_S3_WORKER"]}" } };
        var policy = new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray([.. statements.Select(statement =>
            {
                var whole = JsonSerializer.SerializeToNode(statement)!;
                (whole["Effect"], whole["Principal"]) = ("Allow", JsonSerializer.SerializeToNode(principal));
                return whole;
            })]),
        };
        using var client = PlainS3.Client(bucket);
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = bucket.Name, Policy = policy.ToJsonString() });
        return bucket with { AccessKey = address["LUS_TEST_S3_WORKER_ACCESS_KEY"], SecretKey = address["LUS_TEST_S3_WORKER_SECRET_KEY"] };
    }

    /// <summary>A new user of the S3 server, without rights: its ARN, and the bucket as that user.</summary>
    public async Task<(string Arn, S3Options Bucket)> NewS3UserAsync(S3Options bucket)
    {
        if (_shared is not null)
            return await _shared.NewS3UserAsync(bucket);
        await AddressAsync(TestServer.S3);
        var name = NewName("u");
        await ServersScript.RunAsync("s3-user", _folder, name);
        return ($"arn:aws:iam:::user/{name}", bucket with { AccessKey = $"{name}access", SecretKey = $"{name}secret" });
    }

    /// <summary>The archive, as its user.</summary>
    public async Task<ArchiveOptions> ArchiveAsync()
    {
        var address = await AddressAsync(TestServer.Orthanc);
        return new ArchiveOptions
        {
            Url = new Uri(address["LUS_TEST_ORTHANC"]),
            User = address["LUS_TEST_ORTHANC_USER"],
            Password = address["LUS_TEST_ORTHANC_PASSWORD"],
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    /// <summary>The bucket as users of single stages, with the rights of <c>deploy/s3/policy.sh</c>.</summary>
    public async Task<PerStage<S3Options>> AsStagesAsync(S3Options bucket, params string[] options)
    {
        var (ingest, features, sequence) = (await NewS3UserAsync(bucket), await NewS3UserAsync(bucket), await NewS3UserAsync(bucket));
        await SetPolicyAsync(bucket, [.. options, bucket.Name, ingest.Arn, features.Arn, sequence.Arn]);
        return new(ingest.Bucket, features.Bucket, sequence.Bucket);
    }

    /// <summary>The bucket as a user of all stages, with the rights of <c>deploy/s3/policy.sh</c>.</summary>
    public async Task<S3Options> AsWorkerOfAllStagesAsync(S3Options bucket, params string[] options)
    {
        var (arn, worker) = await NewS3UserAsync(bucket);
        await SetPolicyAsync(bucket, [.. options, bucket.Name, arn]);
        return worker;
    }

    private static async Task SetPolicyAsync(S3Options bucket, IEnumerable<string> arguments)
    {
        var policy = await DeployScript.RunAsync("s3/policy.sh", arguments, new Dictionary<string, string>());
        using var client = PlainS3.Client(bucket);
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = bucket.Name, Policy = policy });
    }

    private static string NewName(string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}{Environment.ProcessId}x{Interlocked.Increment(ref _places)}x{Random.Shared.Next():x}");
}
