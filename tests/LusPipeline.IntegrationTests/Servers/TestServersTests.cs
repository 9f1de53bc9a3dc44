using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.S3.Model;
using Npgsql;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>The servers do to their data what the fault tests take for granted.</summary>
public sealed class TestServersTests(TestServers shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_test_has_places_of_its_own()
    {
        Assert.NotEqual(await shared.NewDatabaseAsync(), await shared.NewDatabaseAsync());
        Assert.NotEqual(await shared.NewVirtualHostAsync(), await shared.NewVirtualHostAsync());
    }

    [Fact]
    public async Task A_database_that_is_stopped_or_killed_comes_back_with_its_rows()
    {
        await using var servers = shared.Private();
        var database = await servers.NewDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE kept AS SELECT 7 AS value");

        await servers.StopAsync(TestServer.Postgres);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(database, "SELECT 1"));
        await servers.StartAsync(TestServer.Postgres);
        await ExecuteAsync(database, "INSERT INTO kept VALUES (8)");
        await servers.KillAsync(TestServer.Postgres);
        await servers.StartAsync(TestServer.Postgres);

        Assert.Equal(15L, await ExecuteAsync(database, "SELECT sum(value) FROM kept"));
    }

    [Fact]
    public async Task A_broker_that_is_killed_keeps_its_queues_and_one_that_is_wiped_has_none()
    {
        await using var servers = shared.Private();
        var place = (await servers.NewVirtualHostAsync()).AbsolutePath[1..];
        using (var management = await servers.ManagementAsync())
        {
            using var made = await management.PutAsJsonAsync(
                new Uri($"api/queues/{place}/kept", UriKind.Relative),
                new Dictionary<string, object> { ["durable"] = true, ["arguments"] = new Dictionary<string, string> { ["x-queue-type"] = "quorum" } },
                Cancellation);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        await servers.KillAsync(TestServer.RabbitMq);
        await servers.StartAsync(TestServer.RabbitMq);
        using (var management = await servers.ManagementAsync())
        {
            var queues = await management.GetFromJsonAsync<JsonElement>(new Uri($"api/queues/{place}", UriKind.Relative), Cancellation);
            Assert.Equal("kept", queues[0].GetProperty("name").GetString());
        }

        await servers.WipeAsync(TestServer.RabbitMq);
        using (var management = await servers.ManagementAsync())
        {
            using var gone = await management.GetAsync(new Uri($"api/vhosts/{place}", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }
    }

    [Fact]
    public async Task The_plain_client_of_a_bucket_asks_no_server_whether_it_wants_a_body()
    {
        var bucket = await shared.NewBucketAsync();
        var heads = new ConcurrentQueue<string>();
        await using var proxy = new FaultyProxy(bucket.Endpoint!)
        {
            OnRequest = head =>
            {
                heads.Enqueue(head);
                return ValueTask.FromResult(RequestFault.None);
            },
        };
        proxy.Pass();
        using var client = PlainS3.Client(bucket with { Endpoint = proxy.Address(bucket.Endpoint!) });

        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket.Name, Key = "key", ContentBody = "body" }, Cancellation);

        Assert.DoesNotContain("\r\nExpect:", Assert.Single(heads), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
