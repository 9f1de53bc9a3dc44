using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace LusPipeline.Storage.Ledger;

/// <summary>The ledger of workers: a PostgreSQL database.</summary>
public static class PostgresLedger
{
    /// <summary>Makes contexts; dispose each after use. Nothing is connected yet.</summary>
    public static Func<LedgerContext> Open(DatabaseOptions database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "lus" };
        // Statements are few and repeat: prepared, they are parsed once a connection.
        if (connection.MaxAutoPrepare == 0)
            connection.MaxAutoPrepare = 100;
        if (connection.Host?.Contains(',', StringComparison.Ordinal) == true && string.IsNullOrEmpty(connection.TargetSessionAttributes))
            connection.TargetSessionAttributes = "read-write";
        var options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(connection.ToString()).Options;
        return new PooledDbContextFactory<PostgresLedgerContext>(options).CreateDbContext;
    }

    /// <exception cref="LedgerVersionException">The schema is older or newer than this program.</exception>
    public static async Task RequireVersionAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await using var ledger = open();
        var known = ledger.Database.GetMigrations().ToList();
        var applied = (await ledger.Database.GetAppliedMigrationsAsync(cancellation).ConfigureAwait(false)).ToList();
        if (known.Except(applied).Any())
        {
            throw new LedgerVersionException(applied.Count == 0
                ? "The database has no ledger yet. Create it with lus db migrate, as the migrator."
                : "The database's ledger is of an older version than this program. Bring it up to date with lus db migrate, as the migrator.");
        }
        if (applied.Except(known).Any())
            throw new LedgerVersionException("The database's ledger is of a newer version than this program. Upgrade this program.");
    }
}
