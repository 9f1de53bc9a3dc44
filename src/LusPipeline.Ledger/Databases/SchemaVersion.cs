using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>The migrations that this program knows, and those that a database has. Each list is in the order in which they are applied.</summary>
/// <param name="LastPreRelease">The last migration from before the first release; see <see cref="PreReleaseMigrations"/>.</param>
public sealed record SchemaVersion(IReadOnlyList<string> Known, IReadOnlyList<string> Applied, string LastPreRelease)
{
    public IReadOnlyList<string> Pending { get; } = [.. Known.Except(Applied)];

    /// <summary>Applied migrations from before the first release. The first migration that this program knows replaced them.</summary>
    public IReadOnlyList<string> PreRelease { get; } = [.. Applied.Except(Known).Where(migration => IsPreRelease(migration, Known))];

    /// <summary>Applied migrations of a newer program.</summary>
    public IReadOnlyList<string> Unknown { get; } = [.. Applied.Except(Known).Where(migration => !IsPreRelease(migration, Known))];

    /// <summary>Whether some migrations from before the first release are missing. This program no longer contains them.</summary>
    public bool IsTooOld => PreRelease.Count > 0 && PreRelease[^1] != LastPreRelease;

    public bool IsCurrent => Pending.Count == 0 && Unknown.Count == 0;

    public static async Task<SchemaVersion> ReadAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            [.. ledger.Database.GetMigrations()],
            await AppliedAsync(ledger, cancellation).ConfigureAwait(false),
            PreReleaseMigrations.LastOf(ledger));
    }

    /// <exception cref="LedgerVersionException">The schema is older or newer than this program.</exception>
    public void RequireCurrent()
    {
        if (Applied.Count == 0)
            throw new LedgerVersionException("The database has no ledger yet. Create it with lus db migrate, as the migrator.");
        RequireUpgradable();
        if (Pending.Count > 0)
            throw new LedgerVersionException("The database's ledger is of an older version than this program. Bring it up to date with lus db migrate, as the migrator.");
    }

    /// <exception cref="LedgerVersionException">The schema is newer than this program, or so old that this program cannot upgrade it.</exception>
    public void RequireUpgradable()
    {
        if (Unknown.Count > 0)
            throw new LedgerVersionException("The database's ledger is of a newer version than this program. Upgrade this program.");
        if (IsTooOld)
        {
            throw new LedgerVersionException(
                $"The database's ledger is from before the first release, at {PreRelease[^1]}, and this program cannot upgrade it. "
                + "Create an empty database, name it in Database:ConnectionString, and run lus db migrate. Workers then analyse the videos again.");
        }
    }

    /// <summary>
    /// Reads the migration history by plain SQL. EF Core's own <c>GetAppliedMigrationsAsync</c> first builds a model of that table, which
    /// takes a tenth of the time of a short command.
    /// </summary>
    private static async Task<IReadOnlyList<string>> AppliedAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            await using var command = ledger.Database.GetDbConnection().CreateCommand();
            command.CommandText = ledger is SqliteLedgerContext
                ? "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = '__EFMigrationsHistory'"
                : "SELECT to_regclass('\"__EFMigrationsHistory\"') IS NOT NULL";
            if (!Convert.ToBoolean(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false), CultureInfo.InvariantCulture))
                return [];
            command.CommandText = "SELECT migration_id FROM \"__EFMigrationsHistory\" ORDER BY migration_id";
            await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var applied = new List<string>();
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
                applied.Add(rows.GetString(0));
            return applied;
        }
        finally
        {
            await ledger.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The name of a migration begins with the time at which it was created.</summary>
    private static bool IsPreRelease(string migration, IReadOnlyList<string> known) => string.CompareOrdinal(migration, known[0]) < 0;
}
