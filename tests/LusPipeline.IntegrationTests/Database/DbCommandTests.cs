using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Database;

public sealed class DbCommandTests(TestServers servers)
{
    private const string Password = "s3cret;pass";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_makes_the_schema_once_and_status_tells_of_it()
    {
        var database = await servers.NewDatabaseAsync();

        var before = await RunAsync(database, "status");
        var first = await RunAsync(database, "migrate");
        var second = await RunAsync(database, "migrate");
        var after = await RunAsync(database, "status");

        Assert.Equal(3, before.ExitCode);
        Assert.Contains(before.Output, line => line.Contains("lus db migrate creates it", StringComparison.Ordinal));
        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, after.ExitCode));
        Assert.Contains(first.Output, line => line.StartsWith("applied ", StringComparison.Ordinal) && line.EndsWith("_Initial", StringComparison.Ordinal));
        Assert.EndsWith("there was nothing to do.", second.Output[0], StringComparison.Ordinal);
        Assert.Contains(after.Output, line => line.Contains("up to date", StringComparison.Ordinal));
        Assert.Contains(after.Output, line => line.TrimStart().StartsWith("predictions ", StringComparison.Ordinal));
        Assert.Contains("0 workers alive", after.Output);
    }

    [Fact]
    public async Task Of_several_that_migrate_at_a_time_each_migration_is_applied_by_one()
    {
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = await servers.NewDatabaseAsync() });
        var applied = new System.Collections.Concurrent.ConcurrentBag<string>();

        var versions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new LedgerMigration(open).RunAsync(() => { }, applied.Add, Cancellation)));

        await using var ledger = open();
        Assert.Equal(ledger.Database.GetMigrations(), applied.Order());
        Assert.Single(versions.Select(version => version.Version).Distinct());
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_left_alone()
    {
        var database = await servers.NewDatabaseAsync();
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = database });
        await new LedgerMigration(open).RunAsync(() => { }, _ => { }, Cancellation);
        await using (var ledger = open())
            await ledger.Database.ExecuteSqlAsync($"""INSERT INTO "__EFMigrationsHistory" VALUES ('29991231000000_Later', '99.0')""", Cancellation);

        var migrate = await RunAsync(database, "migrate");
        var status = await RunAsync(database, "status");

        Assert.Equal((1, 3), (migrate.ExitCode, status.ExitCode));
        Assert.Equal("lus: The database's ledger is of a newer version than this program. Upgrade this program.", migrate.ErrorText);
    }

    [Theory]
    [InlineData("migrate", "Host", "127.0.0.1,", "does not answer")]
    [InlineData("status", "Host", "no.such.host.invalid", "The database at no.such.host.invalid:")]
    [InlineData("status", "Database", "nowhere", "has no database nowhere. Create it")]
    [InlineData("migrate", "Username", "nobody", "does not let nobody in. Check Username and Password")]
    public async Task What_keeps_it_from_the_database_is_said_with_the_fix_and_without_the_password(string command, string key, string value, string message)
    {
        var connection = new NpgsqlConnectionStringBuilder(await servers.NewDatabaseAsync()) { Password = Password };
        if (value == "127.0.0.1,")
            connection.Port = 1;
        else
            connection[key] = value;

        var result = await RunAsync(connection.ConnectionString, command);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("lus: The ", Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Database=lus;Username=lus;Password=s3cret;pass", "cannot be read")]
    [InlineData("Host=db;Port=s3cret", "cannot be read")]
    [InlineData("s3cret", "cannot be read")]
    [InlineData("Database=lus;Password=s3cret", "names no host")]
    [InlineData("", "is required")]
    public async Task A_connection_string_that_cannot_be_used_is_not_shown(string connection, string message)
    {
        var result = await RunAsync(connection, "status");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Database:ConnectionString", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.ErrorText, StringComparison.Ordinal);
    }

    private static Task<LusResult> RunAsync(string connectionString, string command) => LusCommand.RunAsync(
        ["db", command], new Dictionary<string, string?> { ["LUS__Database__ConnectionString"] = connectionString });
}
