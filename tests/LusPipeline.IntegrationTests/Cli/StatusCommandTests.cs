using System.Text.Json;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using LusPipeline.Ledger.Status;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Cli;

public sealed class StatusCommandTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_each_stage_its_failures_the_rate_and_the_workers()
    {
        using var shared = await FilledAsync();

        var result = await RunAsync(shared, ["--json"]);

        Assert.Equal(0, result.ExitCode);
        var status = Assert.Single(result.Json);
        Assert.True(status.GetProperty("exact").GetBoolean());
        Assert.Equal(
            ["ingest 3 1 3 empty=2", "features 1 1 3 crashed=1", "sequence 1 0 2 "],
            status.GetProperty("stages").EnumerateArray().Select(Line));
        Assert.Equal((5, 0), (status.GetProperty("studies").GetProperty("open").GetInt64(), status.GetProperty("studies").GetProperty("complete").GetInt64()));
        Assert.Equal(2 / 5.0, status.GetProperty("clipsPerMinute").GetDouble());
        // Four videos of two clips each, as the others have, and three clips.
        Assert.Equal(11 / (2 / 5.0) * 60, status.GetProperty("remainingSeconds").GetDouble(), 3);
        Assert.Equal("Broker:Uri is not set", status.GetProperty("queuesUnknown").GetString());
        var worker = Assert.Single(status.GetProperty("workers").EnumerateArray());
        Assert.Equal(("host-1", 7, "cuda", true), (worker.GetProperty("host").GetString(), worker.GetProperty("processId").GetInt32(), worker.GetProperty("provider").GetString(), worker.GetProperty("alive").GetBoolean()));
    }

    [Fact]
    public async Task For_people_it_is_a_table()
    {
        using var shared = await FilledAsync();

        var result = await RunAsync(shared, []);

        Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
        var rows = result.Output.Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        Assert.Contains(["features", "1", "1", "3", "1", "crashed 1", "?", "?", "?"], rows);
        Assert.Contains(result.Output, line => line.Contains("5 studies open, 0 complete; 0.4 clips/min over the last 5 min; done in about", StringComparison.Ordinal));
        Assert.Contains(result.Output, line => line.Contains("host-1/7", StringComparison.Ordinal));
        Assert.Contains("queues unknown: Broker:Uri is not set", result.Output.Select(line => line.Trim()));
    }

    [Fact]
    public async Task Queues_are_shown_and_a_broker_that_is_away_or_empty_is_no_error()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var uri = await servers.NewVirtualHostAsync();
        var options = new BrokerOptions { Uri = uri, QuorumGroupSize = 1 };

        var away = await RunAsync(shared, ["--json", "--set", "Broker:Uri=amqp://user:s3cret@127.0.0.1:1/"]);
        var empty = await RunAsync(shared, ["--json", "--set", $"Broker:Uri={uri}"]);
        await using (var connection = new BrokerConnection(options))
            await new BrokerTopology(connection, options).DeclareAsync(Cancellation);
        var full = await RunAsync(shared, ["--json", "--set", $"Broker:Uri={uri}"]);

        Assert.Equal((0, 0, 0), (away.ExitCode, empty.ExitCode, full.ExitCode));
        Assert.Contains("does not answer", away.Json[0].GetProperty("queuesUnknown").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", away.ToString(), StringComparison.Ordinal);
        Assert.Contains("Workers make the queues", empty.Json[0].GetProperty("queuesUnknown").GetString(), StringComparison.Ordinal);
        Assert.Null(full.Json[0].GetProperty("queuesUnknown").GetString());
        Assert.All(full.Json[0].GetProperty("stages").EnumerateArray(), stage => Assert.Equal(0, stage.GetProperty("queue").GetProperty("routine").GetInt64()));
        Assert.Equal(0, full.Json[0].GetProperty("deadLetters").GetInt64());
    }

    [Fact]
    public async Task Watching_goes_on_until_it_is_interrupted()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await using var lus = LusProcess.Start(["status", "--watch", "--json"], environment: Environment(shared));
        await lus.OutputLineAsync(line => JsonDocument.Parse(line).RootElement.GetProperty("studies").GetProperty("open").GetInt64() == 0);

        await shared.ArriveAsync("p1/a.mp4");
        await lus.OutputLineAsync(line => JsonDocument.Parse(line).RootElement.GetProperty("studies").GetProperty("open").GetInt64() == 1);
        lus.SendInterrupt();
        var result = await lus.EndAsync();

        Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
    }

    [Fact]
    public async Task A_large_ledger_is_estimated_and_says_so()
    {
        using var shared = await FilledAsync();
        await ReportRowsAsync(shared);
        await using (var ledger = shared.Open())
            await ledger.Database.ExecuteSqlAsync($"ANALYZE", Cancellation);

        var status = await new StatusReader(shared.Open, TimeSpan.FromSeconds(15), countedUpTo: 0).ReadAsync(Cancellation);
        var counted = await new StatusReader(shared.Open, TimeSpan.FromSeconds(15)).ReadAsync(Cancellation);

        Assert.Equal((false, true), (status.Exact, counted.Exact));
        Assert.Equal(counted.Stages.Select(stage => (stage.Stage, stage.Waiting, stage.Running, stage.Done)), status.Stages.Select(stage => (stage.Stage, stage.Waiting, stage.Running, stage.Done)));
    }

    [Fact]
    public async Task A_ledger_of_another_version_is_refused_with_the_fix()
    {
        var result = await LusCommand.RunAsync(["status"], new Dictionary<string, string?>
        {
            ["LUS__Database__ConnectionString"] = await servers.NewDatabaseAsync(),
        });

        Assert.Equal((1, "lus: The database has no ledger yet. Create it with lus db migrate, as the migrator."), (result.ExitCode, result.ErrorText));
    }

    /// <summary>Work at every stage, by the database's clock.</summary>
    private async Task<SharedLedger> FilledAsync()
    {
        var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        shared.Clock.Move((DateTime.UtcNow - shared.Clock.Now).TotalSeconds);
        var worker = new LedgerWorker(shared);
        await new WorkerRegister(shared.Open, new DatabaseClock()).BeatAsync(
            new WorkerRow { WorkerId = worker.Id, Stages = "ingest,features", Host = "host-1", ProcessId = 7, Version = "1.2.3", Provider = "cuda" }, Cancellation);
        for (var index = 0; index < 3; index++)
            await shared.ArriveAsync($"waits{index / 2}/{index}.mp4", $"w{index}");
        await worker.StartAsync(await shared.ArriveAsync("waits0/3.mp4", "w3"));
        foreach (var key in new[] { "waits1/4.mp4", "waits1/5.mp4" })
            await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync(key, key)), ReasonCode.Empty, "", null, Cancellation);
        await worker.FinishAsync(await shared.ArriveAsync("done/a.mp4", "d"), LedgerWorker.Healthy, LedgerWorker.Healthy);
        var clips = await worker.CutAsync(await shared.ArriveAsync("cut/a.mp4", "c"), 3);
        await worker.StartAsync(clips[0], WorkStatus.Cut);
        await worker.ExtractAsync(clips[1]);
        var failed = await worker.CutAsync(await shared.ArriveAsync("failed/a.mp4", "f"), 1);
        await worker.Clips.FailAsync(await worker.StartAsync(failed[0], WorkStatus.Cut), WorkStatus.Cut, ReasonCode.Crashed, Cancellation);
        await worker.Completion.FailVideoAsync(failed[0].VideoId, (await shared.StudyAsync("failed")).StudyId, 0, ReasonCode.Crashed, "", Cancellation);
        return shared;
    }

    /// <summary>
    /// Ends all connections, because PostgreSQL reports what a connection has inserted up to a second late, or when the connection ends. ANALYZE counts
    /// such rows already, and a report that comes after it would add them a second time.
    /// </summary>
    private static async Task ReportRowsAsync(SharedLedger shared)
    {
        await using (var ledger = shared.Open())
            NpgsqlConnection.ClearPool((NpgsqlConnection)ledger.Database.GetDbConnection());
        await using var last = new NpgsqlConnection($"{shared.ConnectionString};Pooling=false");
        await last.OpenAsync(Cancellation);
        await using var ended = new NpgsqlCommand(
            """
            SELECT bool_and(pg_terminate_backend(pid, 60000) OR NOT EXISTS (SELECT 1 FROM pg_stat_get_activity(pid)))
            FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            """, last);
        Assert.NotEqual(false, await ended.ExecuteScalarAsync(Cancellation));
    }

    private static string Line(JsonElement stage) => string.Join(' ',
        stage.GetProperty("stage").GetString(), stage.GetProperty("waiting").GetInt64(), stage.GetProperty("running").GetInt64(), stage.GetProperty("done").GetInt64(),
        string.Join(',', stage.GetProperty("failures").EnumerateObject().Select(failure => $"{failure.Name}={failure.Value.GetInt64()}")));

    private static Task<LusResult> RunAsync(SharedLedger shared, string[] arguments) => LusCommand.RunAsync(["status", .. arguments], Environment(shared));

    private static Dictionary<string, string?> Environment(SharedLedger shared) => new() { ["LUS__Database__ConnectionString"] = shared.ConnectionString };
}
