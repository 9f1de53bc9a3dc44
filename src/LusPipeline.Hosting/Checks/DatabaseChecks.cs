using System.Diagnostics;
using System.Globalization;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Hosting.Checks;

/// <summary>PostgreSQL: that it answers, has this program's ledger, and lets the user do what a worker does.</summary>
internal static class DatabaseChecks
{
    private const string Key = $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}";

    /// <summary>The first that has <c>date_bin</c>, which an index and the status use.</summary>
    private const int OldestVersion = 14;

    /// <summary>Leases follow the database's clock, so a machine's own only makes spans hard to read.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>What a worker does, as <c>Views/grant_rights.sql</c> allows it.</summary>
    private static readonly IReadOnlyList<(string Table, string Privilege)> WorkerRights =
    [
        .. new[] { "studies", "videos", "clips", "model_bundles", "workers", "duties" }
            .SelectMany(table => new[] { (table, "SELECT"), (table, "INSERT"), (table, "UPDATE") }),
        .. new[] { "predictions", "spans" }.SelectMany(table => new[] { (table, "SELECT"), (table, "INSERT") }),
        ("workers", "DELETE"), ("duties", "DELETE"), ("kept_out_videos", "SELECT"), ("__EFMigrationsHistory", "SELECT"),
    ];

    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        if (!settings.IsGiven(Key))
            return [new("database", _ => Task.FromResult(CheckOutcome.LeftOut($"{Key} is not set; lus run keeps its ledger in a SQLite file")))];
        var open = PostgresLedger.Open(settings.Get<DatabaseOptions>());
        return
        [
            new("database", cancellation => ConnectAsync(settings.Get<DatabaseOptions>(), cancellation)),
            new("ledger", cancellation => LedgerAsync(open, cancellation)),
            new("database rights", cancellation => RightsAsync(open, cancellation)),
        ];
    }

    internal static bool IsTooOld(Version server) => server.Major < OldestVersion;

    private static async Task<CheckOutcome> ConnectAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ToString());
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        var asked = Stopwatch.GetTimestamp();
        await using var command = new NpgsqlCommand("SELECT clock_timestamp(), current_setting('transaction_read_only'), pg_is_in_recovery(), current_user::text", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await row.ReadAsync(cancellation).ConfigureAwait(false);
        var off = DateTime.UtcNow - (Stopwatch.GetElapsedTime(asked) / 2) - row.GetDateTime(0);
        var place = $"PostgreSQL {connection.PostgreSqlVersion} on {connection.Host}, as {row.GetString(3)}";
        if (IsTooOld(connection.PostgreSqlVersion))
            return CheckOutcome.Failed($"{place} is too old: {OldestVersion} or later is needed");
        if (row.GetBoolean(2) || row.GetString(1) == "on")
            return CheckOutcome.Failed($"{place} is read only. Give the server that takes writes in {Key}, or several hosts: the one that does is found");
        return CheckOutcome.Passed(off.Duration() > ClockTolerance
            ? string.Create(CultureInfo.InvariantCulture, $"{place}; this machine's clock is {off.TotalSeconds:0} s off, which leases do not mind and traces do: set it by NTP")
            : string.Create(CultureInfo.InvariantCulture, $"{place}, clocks {off.Duration().TotalMilliseconds:0} ms apart"));
    }

    private static async Task<CheckOutcome> LedgerAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await PostgresLedger.RequireVersionAsync(open, cancellation).ConfigureAwait(false);
        await using var ledger = open();
        return CheckOutcome.Passed($"the schema is this program's: {(await ledger.Database.GetAppliedMigrationsAsync(cancellation).ConfigureAwait(false)).Last()}");
    }

    private static async Task<CheckOutcome> RightsAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await using var ledger = open();
        var (tables, privileges) = (WorkerRights.Select(right => right.Table).ToArray(), WorkerRights.Select(right => right.Privilege).ToArray());
        var missing = await ledger.Database.SqlQuery<string>($"""
            SELECT privilege || ' on ' || name AS "Value"
            FROM unnest({tables}, {privileges}) AS needed (name, privilege)
            WHERE to_regclass(quote_ident(name)) IS NULL OR NOT has_table_privilege(quote_ident(name)::regclass, privilege)
            ORDER BY 1
            """).ToListAsync(cancellation).ConfigureAwait(false);
        return missing.Count == 0
            ? CheckOutcome.Passed("a worker's: may do all that a worker does")
            : CheckOutcome.Failed($"missing for a worker: {string.Join(", ", missing)}. Run deploy/sql/roles.sql and connect as lus_worker; a user that only reads is right for lus results");
    }
}
