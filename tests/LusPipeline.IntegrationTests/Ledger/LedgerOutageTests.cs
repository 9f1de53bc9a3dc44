using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>What is waited out, and what is not, on a PostgreSQL that is really stopped.</summary>
public sealed class LedgerOutageTests(TestServers common)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_stops_restarts_or_takes_no_writes_is_away_and_not_wrong()
    {
        await using var servers = TestServers.Single();
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var work = await worker.StartAsync(found);

        await servers.StopAsync(TestServer.Postgres);
        var stopped = await FailureAsync(() => worker.Videos.RetryAsync(work, Cancellation));
        var refused = await FailureAsync(() => worker.BeatAsync());
        await servers.StartAsync(TestServer.Postgres);
        Assert.True(await worker.Videos.RetryAsync(work, Cancellation));

        await servers.KillAsync(TestServer.Postgres);
        await servers.StartAsync(TestServer.Postgres);
        // The pool still holds a connection to the server that was killed.
        var restarted = await FailureAsync(() => worker.StartAsync(found));
        await worker.StartAsync(found);

        await ExecuteAsync(shared, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
        NpgsqlConnection.ClearAllPools();
        var readOnly = await FailureAsync(() => worker.Videos.InterruptAsync(work));
        var readOnlySave = await FailureAsync(async () =>
        {
            await using var ledger = shared.Open();
            ledger.Duties.Add(new DutyRow { Name = "x", LeasedUntil = shared.Clock.Now });
            await ledger.SaveChangesAsync(Cancellation);
        });

        Assert.All([stopped, refused, restarted, readOnly, readOnlySave], failure => Assert.True(LedgerOutage.Is(failure), failure.ToString()));
    }

    [Fact]
    public async Task A_connection_that_an_administrator_ends_and_an_answer_that_does_not_come_are_outages()
    {
        await using var servers = common.Private();
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await using var ledger = shared.Open();
        await ledger.Database.OpenConnectionAsync(Cancellation);
        var process = ((NpgsqlConnection)ledger.Database.GetDbConnection()).ProcessID;

        ledger.Database.SetCommandTimeout(1);
        var late = await FailureAsync(() => ledger.Database.ExecuteSqlAsync($"SELECT pg_sleep(60)", Cancellation));
        await ExecuteAsync(shared, $"SELECT pg_terminate_backend({process})");
        var ended = await FailureAsync(() => ledger.Database.ExecuteSqlAsync($"SELECT 1", Cancellation));

        Assert.True(LedgerOutage.Is(late), late.ToString());
        Assert.True(LedgerOutage.Is(ended), ended.ToString());
    }

    [Fact]
    public async Task A_host_whose_name_is_not_known_now_is_an_outage()
    {
        using var shared = SharedLedger.Connect("Host=no.such.host.invalid;Database=lus;Username=lus");

        var failure = await FailureAsync(() => shared.StudyAsync("p1"));

        Assert.True(LedgerOutage.Is(failure), failure.ToString());
    }

    [Fact]
    public async Task A_database_that_gives_its_name_to_another_is_away_and_one_that_is_not_there_is_wrong()
    {
        var database = new NpgsqlConnectionStringBuilder(await common.NewLedgerAsync());
        using var shared = SharedLedger.Connect(database.ConnectionString);
        using var server = SharedLedger.Connect(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "postgres" }.ConnectionString);
        using var nowhere = SharedLedger.Connect(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "nowhere" }.ConnectionString);
        await ExecuteAsync(server, $"ALTER DATABASE {database.Database} ALLOW_CONNECTIONS false");

        var closed = await FailureAsync(() => shared.StudyAsync("p1"));
        var missing = await FailureAsync(() => nowhere.StudyAsync("p1"));

        Assert.True(LedgerOutage.Is(closed), closed.ToString());
        Assert.False(LedgerOutage.Is(missing), missing.ToString());
    }

    [Fact]
    public async Task What_the_database_refuses_for_good_is_no_outage()
    {
        await using var servers = common.Private();
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var twice = await FailureAsync(async () =>
        {
            await using var ledger = shared.Open();
            ledger.Workers.Add(new WorkerRow { WorkerId = worker.Id, Stages = "", Host = "", Version = "", StartedAt = shared.Clock.Now, HeartbeatAt = shared.Clock.Now });
            await ledger.SaveChangesAsync(Cancellation);
        });
        await ExecuteAsync(shared, "DROP TABLE spans CASCADE");
        await using var other = shared.Open();
        var missing = await FailureAsync(() => other.Spans.CountAsync(Cancellation));
        var nobody = await FailureAsync(() => SharedLedger.Connect($"{shared.ConnectionString};Username=nobody").StudyAsync("p1"));

        Assert.All([twice, missing, nobody, new InvalidOperationException("bug")], failure => Assert.False(LedgerOutage.Is(failure), failure.ToString()));
    }

    private static async Task<Exception> FailureAsync(Func<Task> action) => await Assert.ThrowsAnyAsync<Exception>(action);

    private static async Task ExecuteAsync(SharedLedger shared, params string[] statements)
    {
        await using var connection = new NpgsqlConnection($"{shared.ConnectionString};Pooling=false");
        await connection.OpenAsync(Cancellation);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
