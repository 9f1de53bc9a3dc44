using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

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
        // Contexts leave nothing behind in a connection that would have to be reset; locks that outlive a statement are given back by hand.
        connection.NoResetOnClose = true;
        if (connection.Host?.Contains(',', StringComparison.Ordinal) == true && string.IsNullOrEmpty(connection.TargetSessionAttributes))
            connection.TargetSessionAttributes = "read-write";
        var options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(connection.ToString()).Options;
        return new PooledDbContextFactory<PostgresLedgerContext>(options).CreateDbContext;
    }

    /// <exception cref="LedgerVersionException">The schema is older or newer than this program.</exception>
    public static async Task RequireVersionAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await using var ledger = open();
        (await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false)).RequireCurrent();
    }
}
