using System.Diagnostics;
using System.Globalization;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks of PostgreSQL: it answers, has the ledger in this program's version, and the user may do what a worker does.</summary>
internal static class DatabaseChecks
{
    private const string Key = $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}";

    /// <summary>The first that has <c>date_bin</c>, which an index and the status use.</summary>
    private const int OldestVersion = 14;

    /// <summary>
    /// A larger difference between the clocks is reported. Leases follow the database's clock, so a wrong clock of this machine only makes spans hard
    /// to read.
    /// </summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>What a worker of any stage does, as <c>Views/grant_rights.sql</c> allows it.</summary>
    private static readonly IReadOnlyList<(string Table, string Privilege)> EveryStage =
    [
        .. new[] { "studies", "videos", "clips" }.SelectMany(table => new[] { (table, "SELECT"), (table, "UPDATE") }),
        .. new[] { "workers", "duties" }.SelectMany(table => new[] { (table, "SELECT"), (table, "INSERT"), (table, "UPDATE"), (table, "DELETE") }),
        ("model_bundles", "SELECT"), ("model_bundles", "INSERT"), ("spans", "INSERT"), ("__EFMigrationsHistory", "SELECT"),
    ];

    /// <summary>What a worker of one stage does besides.</summary>
    private static readonly PerStage<IReadOnlyList<(string Table, string Privilege)>> OneStage = new(
        [("studies", "INSERT"), ("videos", "INSERT"), ("clips", "INSERT"), ("kept_out_videos", "SELECT")],
        [],
        [("predictions", "SELECT"), ("predictions", "INSERT")]);

    public static IEnumerable<Check> All(LoadedSettings settings, StageSet stages)
    {
        if (!settings.IsGiven(Key))
            return [new("database", _ => Task.FromResult(CheckOutcome.LeftOut($"{Key} is not set; lus run keeps its ledger in a SQLite file")))];
        var open = PostgresLedger.Open(settings.Get<DatabaseOptions>());
        return
        [
            new("database", cancellation => ConnectAsync(settings.Get<DatabaseOptions>(), cancellation)),
            new("ledger", cancellation => LedgerAsync(open, cancellation)),
            new("database rights", cancellation => RightsAsync(open, stages, cancellation)),
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
        var text = off.Duration() > ClockTolerance
            ? string.Create(CultureInfo.InvariantCulture, $"{place}; this machine's clock is {off.TotalSeconds:0} s off, which leases do not mind and traces do: set it by NTP")
            : string.Create(CultureInfo.InvariantCulture, $"{place}, clocks {off.Duration().TotalMilliseconds:0} ms apart");
        return PlainTransport.Passed(text, PlainTransport.Of(options));
    }

    private static async Task<CheckOutcome> LedgerAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await PostgresLedger.RequireVersionAsync(open, cancellation).ConfigureAwait(false);
        await using var ledger = open();
        return CheckOutcome.Passed($"the schema is this program's: {(await ledger.Database.GetAppliedMigrationsAsync(cancellation).ConfigureAwait(false)).Last()}");
    }

    private static async Task<CheckOutcome> RightsAsync(Func<LedgerContext> open, StageSet stages, CancellationToken cancellation)
    {
        await using var ledger = open();
        var rights = EveryStage.Concat(stages.Stages().SelectMany(stage => OneStage[stage])).ToList();
        var (tables, privileges) = (rights.Select(right => right.Table).ToArray(), rights.Select(right => right.Privilege).ToArray());
        var (worker, role) = stages == StageSet.All ? ("a worker", "lus_worker") : ($"a worker of {stages.ToString().ToLowerInvariant()}", $"lus_{stages.ToString().ToLowerInvariant()}");
        var missing = await ledger.Database.SqlQuery<string>($"""
            SELECT privilege || ' on ' || name AS "Value"
            FROM unnest({tables}, {privileges}) AS needed (name, privilege)
            WHERE to_regclass(quote_ident(name)) IS NULL OR NOT has_table_privilege(quote_ident(name)::regclass, privilege)
            ORDER BY 1
            """).ToListAsync(cancellation).ConfigureAwait(false);
        return missing.Count == 0
            ? CheckOutcome.Passed($"{worker}'s: may do all that {worker} does")
            : CheckOutcome.Failed($"missing for {worker}: {string.Join(", ", missing)}. Run deploy/sql/roles.sql and connect as {role}; a user that only reads is right for lus results");
    }
}
