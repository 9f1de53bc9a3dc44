using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>Which migrations a database has, and which this program knows; each list in the order in which they are applied.</summary>
public sealed record SchemaVersion(IReadOnlyList<string> Known, IReadOnlyList<string> Applied)
{
    public IReadOnlyList<string> Pending { get; } = [.. Known.Except(Applied)];

    /// <summary>Of a program that is newer than this one.</summary>
    public IReadOnlyList<string> Unknown { get; } = [.. Applied.Except(Known)];

    public bool IsCurrent => Pending.Count == 0 && Unknown.Count == 0;

    public static async Task<SchemaVersion> ReadAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            [.. ledger.Database.GetMigrations()],
            [.. await ledger.Database.GetAppliedMigrationsAsync(cancellation).ConfigureAwait(false)]);
    }

    /// <exception cref="LedgerVersionException">The schema is older or newer than this program.</exception>
    public void RequireCurrent()
    {
        if (Applied.Count == 0)
            throw new LedgerVersionException("The database has no ledger yet. Create it with lus db migrate, as the migrator.");
        RequireNotNewer();
        if (Pending.Count > 0)
            throw new LedgerVersionException("The database's ledger is of an older version than this program. Bring it up to date with lus db migrate, as the migrator.");
    }

    /// <exception cref="LedgerVersionException">The schema is newer than this program.</exception>
    public void RequireNotNewer()
    {
        if (Unknown.Count > 0)
            throw new LedgerVersionException("The database's ledger is of a newer version than this program. Upgrade this program.");
    }
}
