using System.Diagnostics.CodeAnalysis;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace LusPipeline.IntegrationTests.Database;

/// <summary>
/// Databases of the time before the first release. <c>PreReleasePostgres.sql</c> is what <c>dotnet ef migrations script</c> made of the five
/// migrations of that time, which <c>Initial</c> replaced.
/// </summary>
public sealed class PreReleasePostgresTests(TestServers servers)
{
    private const string Study = "0a0a0a0a-0000-5000-8000-000000000001";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// Compares what PostgreSQL's catalog says of tables with their columns in order (name, type, nullability, default), constraints, indexes,
    /// views and functions. The rights of roles are those that <c>grant_rights()</c> gives.
    /// </summary>
    [Fact]
    public async Task Initial_makes_the_schema_of_the_migrations_that_it_replaced()
    {
        var old = await MakeAsync();

        var migrated = await servers.NewDatabaseAsync();
        await using (var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = migrated })())
            await ledger.GetService<IMigrator>().MigrateAsync(ledger.Database.GetMigrations().First(), Cancellation);

        var (expected, actual) = (await SchemaAsync(old), await SchemaAsync(migrated));
        foreach (var kind in new[] { "column clips.", "constraint studies.", "index ix_predictions_minute ", "view study_results ", "function grant_rights " })
            Assert.Contains(expected, line => line.StartsWith(kind, StringComparison.Ordinal));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task A_database_with_all_of_them_is_carried_over_by_migrate_with_its_data()
    {
        var database = await MakeAsync();
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = database });

        var before = await RunAsync(database, "status");
        var worker = await Assert.ThrowsAsync<LedgerVersionException>(() => PostgresLedger.RequireVersionAsync(open, Cancellation));
        var first = await RunAsync(database, "migrate");
        var second = await RunAsync(database, "migrate");
        var after = await RunAsync(database, "status");

        Assert.Equal((3, 0, 0, 0), (before.ExitCode, first.ExitCode, second.ExitCode, after.ExitCode));
        Assert.Contains(before.Output, line => line.Contains("20261124191727_LargeLedgers, older than this program: lus db migrate brings it up to date", StringComparison.Ordinal));
        Assert.Contains("of an older version than this program. Bring it up to date with lus db migrate", worker.Message, StringComparison.Ordinal);
        Assert.EndsWith("there was nothing to do.", second.Output[0], StringComparison.Ordinal);
        await PostgresLedger.RequireVersionAsync(open, Cancellation);
        await using var ledger = open();
        var study = await ledger.Studies.SingleAsync(Cancellation);
        Assert.Equal((Guid.Parse(Study), "p1", 3, 0.25), (study.StudyId, study.Name, study.AnnouncedRevision, study.AnnouncedCovid));
        Assert.Equal(ledger.Database.GetMigrations(), await ledger.Database.GetAppliedMigrationsAsync(Cancellation));
        Assert.Equal(await SchemaAsync(await servers.NewLedgerAsync()), await SchemaAsync(database));
    }

    [Fact]
    public async Task A_database_without_the_last_of_them_is_refused_and_stays_as_it_is()
    {
        var database = await MakeAsync();
        await ExecuteAsync(database, "DELETE FROM \"__EFMigrationsHistory\" WHERE migration_id > '20261124160000'");
        var schema = await SchemaAsync(database);

        var migrate = await RunAsync(database, "migrate");
        var status = await RunAsync(database, "status");
        var worker = await Assert.ThrowsAsync<LedgerVersionException>(
            () => PostgresLedger.RequireVersionAsync(PostgresLedger.Open(new DatabaseOptions { ConnectionString = database }), Cancellation));

        Assert.Equal((1, 3), (migrate.ExitCode, status.ExitCode));
        Assert.Equal($"lus: {worker.Message}", migrate.ErrorText);
        Assert.StartsWith(
            "The database's ledger is from before the first release, at 20261124155654_DashboardViews, and this program cannot upgrade it. Create an empty database",
            worker.Message, StringComparison.Ordinal);
        Assert.Contains(status.Output, line => line.Contains("from before the first release: cannot be upgraded", StringComparison.Ordinal));
        Assert.Equal(schema, await SchemaAsync(database));
    }

    private async Task<string> MakeAsync()
    {
        var database = await servers.NewDatabaseAsync();
        var type = typeof(PreReleasePostgresTests);
        using var reader = new StreamReader(type.Assembly.GetManifestResourceStream(type, "PreReleasePostgres.sql")!);
        await ExecuteAsync(database, await reader.ReadToEndAsync(Cancellation));
        await ExecuteAsync(database, $"""
            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, first_seen_at, trace_parent, urgent, announced_revision, announced_covid)
            VALUES ('{Study}', '2026-11-24', 'inbox', 'p1', 'done', 3, '2026-11-24 20:00:00Z', '', false, 3, 0.25)
            """);
        return database;
    }

    private static async Task<IReadOnlyList<string>> SchemaAsync(string database)
    {
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = database });
        await using var ledger = open();
        return await ledger.Database.SqlQuery<string>($"""
            SELECT concat_ws(' ', kind, name, line) AS "Value" FROM (
                SELECT 'column' AS kind, c.relname::text || '.' || a.attname AS name, a.attnum::int AS place,
                    concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid),
                        a.attidentity, a.attgenerated) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT 'constraint', conrelid::regclass || '.' || conname, 0, pg_get_constraintdef(oid)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'index', indexrelid::regclass::text, 0, pg_get_indexdef(indexrelid)
                FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'view', relname::text, 0, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
                UNION ALL
                SELECT 'function', proname::text, 0, concat_ws(' ', pg_get_functiondef(oid), proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'relation', relname::text, 0, concat_ws(' ', relkind, reloptions) FROM pg_class WHERE relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'trigger', tgname::text, 0, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            ) schema
            ORDER BY kind, CASE WHEN place = 0 THEN name ELSE split_part(name, '.', 1) END, place
            """).ToListAsync(Cancellation);
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements are the test's own.")]
    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static Task<LusResult> RunAsync(string connectionString, string command) => LusCommand.RunAsync(
        ["db", command], new Dictionary<string, string?> { ["LUS__Database__ConnectionString"] = connectionString });
}
