using System.Diagnostics.CodeAnalysis;
using LusPipeline.Ledger.Databases;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.UnitTests.Ledger;

/// <summary>
/// Ledger files of the time before the first release. <c>PreReleaseSqlite.sql</c> is what <c>dotnet ef migrations script</c> made of the four
/// migrations of that time, which <c>Initial</c> replaced.
/// </summary>
public sealed class PreReleaseSqliteTests
{
    private const string Study = "0A0A0A0A-0000-5000-8000-000000000001";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Compares tables with their columns in order (name, type, nullability, default), keys, constraints with their names, and indexes.</summary>
    [Fact]
    public async Task Initial_makes_the_schema_of_the_migrations_that_it_replaced()
    {
        using var folder = new TemporaryFolder();
        await MakeAsync(folder["old.db"]);

        await using (var ledger = new SqliteLedgerContext(new DbContextOptionsBuilder<SqliteLedgerContext>().UseSqliteLedger($"Data Source={folder["new.db"]};Pooling=false").Options))
            await ledger.GetService<IMigrator>().MigrateAsync(ledger.Database.GetMigrations().First(), Cancellation);

        var (expected, actual) = (await SchemaAsync(folder["old.db"]), await SchemaAsync(folder["new.db"]));
        Assert.True(expected.Count > 100, "The old ledger has no schema to compare with.");
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task A_file_with_all_of_them_is_carried_over_by_a_run_with_its_data()
    {
        using var folder = new TemporaryFolder();
        await MakeAsync(folder["ledger.db"]);
        await SqliteLedger.OpenAsync(folder["new.db"], Cancellation);

        await Assert.ThrowsAsync<InvalidDataException>(() => SqliteLedger.OpenToReadAsync(folder["ledger.db"], Cancellation));
        var open = await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation);
        await SqliteLedger.OpenToReadAsync(folder["ledger.db"], Cancellation);

        await using var ledger = open();
        var study = await ledger.Studies.SingleAsync(Cancellation);
        Assert.Equal((Guid.Parse(Study), "p1", 3, 0.25), (study.StudyId, study.Name, study.AnnouncedRevision, study.AnnouncedCovid));
        Assert.Equal(ledger.Database.GetMigrations(), await ledger.Database.GetAppliedMigrationsAsync(Cancellation));
        Assert.Equal(await SchemaAsync(folder["new.db"]), await SchemaAsync(folder["ledger.db"]));
    }

    [Fact]
    public async Task A_file_without_the_last_of_them_is_refused_and_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await MakeAsync(folder["ledger.db"]);
        await ExecuteAsync(folder["ledger.db"], "DELETE FROM \"__EFMigrationsHistory\" WHERE migration_id > '20261124161000'");
        var before = await SchemaAsync(folder["ledger.db"]);

        var run = await Assert.ThrowsAsync<LedgerVersionException>(() => SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation));
        var reader = await Assert.ThrowsAsync<InvalidDataException>(() => SqliteLedger.OpenToReadAsync(folder["ledger.db"], Cancellation));

        Assert.Contains("is from before the first release, at 20261124151752_Workers, and this program cannot upgrade it. Give another --home", run.Message, StringComparison.Ordinal);
        Assert.Equal(run.Message, reader.Message);
        Assert.Equal(before, await SchemaAsync(folder["ledger.db"]));
    }

    private static async Task MakeAsync(string file)
    {
        var type = typeof(PreReleaseSqliteTests);
        using var reader = new StreamReader(type.Assembly.GetManifestResourceStream(type, "PreReleaseSqlite.sql")!);
        await ExecuteAsync(file, await reader.ReadToEndAsync(Cancellation));
        await ExecuteAsync(file, $"""
            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, first_seen_at, trace_parent, urgent, announced_revision, announced_covid)
            VALUES ('{Study}', '2026-11-24', 'inbox', 'p1', 'done', 3, '2026-11-24 20:00:00', '', 0, 3, 0.25)
            """);
    }

    /// <summary>Each table's columns in their order, then its constraints; indexes as they were made.</summary>
    private static async Task<IReadOnlyList<string>> SchemaAsync(string file)
    {
        await using var connection = await ConnectAsync(file);
        await using var command = connection.CreateCommand();
        command.CommandText = """SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> '__EFMigrationsLock' ORDER BY type, name""";
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var schema = new List<string>();
        while (await rows.ReadAsync(Cancellation))
        {
            var (name, sql) = (rows.GetString(0), rows.GetString(1));
            if (sql.StartsWith("CREATE TABLE", StringComparison.Ordinal))
                schema.AddRange(Definitions(sql).OrderBy(IsConstraint).Select(definition => $"{name}: {definition}"));
            else
                schema.Add(sql);
        }
        return schema;
    }

    /// <summary>A constraint of the table. SQLite writes a column that was added later behind them.</summary>
    private static bool IsConstraint(string definition) => definition.StartsWith("CONSTRAINT", StringComparison.Ordinal);

    /// <summary>What stands between the outer parentheses, cut at the commas that are in no others.</summary>
    private static IEnumerable<string> Definitions(string sql)
    {
        var (depth, start) = (0, sql.IndexOf('(', StringComparison.Ordinal) + 1);
        for (var at = start; at < sql.Length; at++)
        {
            if (depth == 0 && sql[at] is ',' or ')')
            {
                yield return sql[start..at].Trim();
                start = at + 1;
            }
            depth += sql[at] switch { '(' => 1, ')' => -1, _ => 0 };
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements are the test's own.")]
    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = await ConnectAsync(file);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<SqliteConnection> ConnectAsync(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }
}
