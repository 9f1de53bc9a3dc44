using System.Net.Http.Json;
using System.Text.Json;
using LusPipeline.Buckets.S3;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;
using Npgsql;

namespace LusPipeline.IntegrationTests.Operating;

public sealed class DoctorCommandTests(TestServers servers, RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_everything_in_order_every_check_passes()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p1/a.mp4", "some bytes");

        var result = await LusCommand.RunAsync(["doctor", "--limit", "120"], await VariablesAsync(ledger.Connection, place.Options));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            ["configuration", "broker", "broker queues", "database", "ledger", "database rights", "bucket", "bucket objects", "bucket videos", "model", "ffmpeg", "ffprobe", "sandbox", "decoding", "scratch space"],
            result.Output.Where(line => line.StartsWith('✓')).Select(line => line[2..18].TrimEnd()));
        Assert.Equal(["archive", "GPU"], result.Output.Where(line => line.StartsWith('–')).Select(line => line[2..18].TrimEnd()));
        Assert.Equal("Nothing is wrong.", result.Output[^1]);
        Assert.Equal(["incoming/p1/a.mp4"], await place.KeysAsync());
    }

    [Fact]
    public async Task Without_servers_it_says_what_it_left_out()
    {
        var checks = await ChecksAsync(new Dictionary<string, string?> { ["LUS__Model__Bundle"] = fixture.Model });

        Assert.All(["broker", "database", "bucket", "archive", "GPU"], name => Assert.Equal("leftOut", checks[name].State));
        Assert.All(["configuration", "model", "ffmpeg", "ffprobe", "sandbox", "decoding", "scratch space"], name => Assert.Equal("passed", checks[name].State));
    }

    [Fact]
    public async Task What_is_wrong_is_said_one_by_one_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        var variables = await VariablesAsync(
            new NpgsqlConnectionStringBuilder(await servers.NewDatabaseAsync()).ConnectionString,
            await servers.NewBucketAsync() with { Name = "no-such-bucket" });
        variables["LUS__Broker__Uri"] = "amqp://guest:wrong@127.0.0.1:1/";
        variables["LUS__Model__Bundle"] = folder["none"];
        variables["LUS__Ingest__Ffmpeg"] = folder["ffmpeg"];

        var checks = await ChecksAsync(variables, exitCode: 1);

        Assert.Equal(
            ["broker", "broker queues", "ledger", "database rights", "bucket", "bucket objects", "bucket videos", "model", "ffmpeg", "decoding"],
            checks.Where(check => check.Value.State == "failed").Select(check => check.Key));
        Assert.Contains("does not answer", checks["broker"].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", checks["broker"].Text, StringComparison.Ordinal);
        Assert.Contains("lus db migrate", checks["ledger"].Text, StringComparison.Ordinal);
        Assert.Contains("no-such-bucket", checks["bucket"].Text, StringComparison.Ordinal);
        Assert.Contains("Install ffmpeg", checks["ffmpeg"].Text, StringComparison.Ordinal);
        Assert.Equal("passed", checks["ffprobe"].State);
    }

    [Fact]
    public async Task A_queue_with_other_arguments_is_found()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        var variables = await VariablesAsync(ledger.Connection, place.Options);
        await ChecksAsync(variables);
        variables["LUS__Broker__DeliveryLimit"] = "7";

        var checks = await ChecksAsync(variables, exitCode: 1);

        Assert.Equal("broker queues", Assert.Single(checks, check => check.Value.State == "failed").Key);
        Assert.Contains("exists with other arguments", checks["broker queues"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exchange_of_notifications_is_made_where_it_may_be_and_missed_where_not()
    {
        var variables = new Dictionary<string, string?>
        {
            ["LUS__Broker__Uri"] = (await servers.NewVirtualHostAsync()).ToString(),
            ["LUS__Model__Bundle"] = fixture.Model,
            ["LUS__Notifications__Exchange"] = "uploads",
        };
        var made = await ChecksAsync(variables);
        using (var management = await servers.ManagementAsync())
        {
            var place = new Uri(variables["LUS__Broker__Uri"]!).AbsolutePath;
            using var user = await management.PutAsJsonAsync(new Uri($"api/users/only{place[1..]}", UriKind.Relative), new { password = "only", tags = "" }, Cancellation);
            using var allowed = await management.PutAsJsonAsync(
                new Uri($"api/permissions{place}/only{place[1..]}", UriKind.Relative), new { configure = "^lus\\.", write = "^lus\\.", read = "^lus\\." }, Cancellation);
            variables["LUS__Notifications__Uri"] = new UriBuilder(variables["LUS__Broker__Uri"]!) { UserName = $"only{place[1..]}", Password = "only" }.Uri.ToString();
        }
        var unreadable = await ChecksAsync(variables, exitCode: 1);
        variables["LUS__Notifications__Exchange"] = "others";
        var missing = await ChecksAsync(variables, exitCode: 1);
        variables["LUS__Notifications__Uri"] = "amqp://127.0.0.1:1/";
        var away = await ChecksAsync(variables, exitCode: 1);

        Assert.Equal(("passed", "exchange 'uploads' is there; waiting: 0; no worker takes them"), (made["notifications"].State, made["notifications"].Text));
        Assert.Contains("to read 'uploads'", unreadable["notifications"].Text, StringComparison.Ordinal);
        Assert.StartsWith("'others' cannot be had for notifications", missing["notifications"].Text, StringComparison.Ordinal);
        Assert.Contains("is Notifications:Uri right?", away["notifications"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_gets_no_answer_ends_in_time()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;

        var checks = await ChecksAsync(
            new Dictionary<string, string?>
            {
                ["LUS__Database__ConnectionString"] = $"Host=127.0.0.1;Port={port};Database=lus;Username=lus;Timeout=300",
                ["LUS__Model__Bundle"] = fixture.Model,
            },
            exitCode: 1, "--limit", "5");

        Assert.StartsWith("no answer within 5 s", checks["database"].Text, StringComparison.Ordinal);
        Assert.InRange(checks["database"].Seconds, 4, 60);
    }

    private async Task<Dictionary<string, string?>> VariablesAsync(string connection, S3Options bucket) => new(OperatedLedger.Variables(bucket))
    {
        ["LUS__Database__ConnectionString"] = connection,
        ["LUS__Broker__Uri"] = (await servers.NewVirtualHostAsync()).ToString(),
        ["LUS__Broker__QuorumGroupSize"] = "1",
        ["LUS__Model__Bundle"] = fixture.Model,
    };

    private static async Task<IReadOnlyDictionary<string, (string State, string Text, double Seconds)>> ChecksAsync(
        IReadOnlyDictionary<string, string?> variables, int exitCode = 0, params string[] arguments)
    {
        var result = await LusCommand.RunAsync(["doctor", "--json", .. arguments.Length == 0 ? ["--limit", "120"] : arguments], variables);
        Assert.True(result.ExitCode == exitCode, result.ToString());
        return result.Output.Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(
            check => check.GetProperty("name").GetString()!,
            check => (check.GetProperty("state").GetString()!, check.GetProperty("text").GetString()!, check.GetProperty("seconds").GetDouble()));
    }
}
