using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

/// <summary>The ledger of workers: a PostgreSQL database.</summary>
public static class PostgresLedger
{
    private const string PoolSize = "Maximum Pool Size";

    /// <summary>
    /// Most connections of a program that only reads, unless the connection string says otherwise. PostgreSQL allows 100 by default, which workers need too,
    /// and more of them than a few for each of its cores make no answer quicker.
    /// </summary>
    private const int ReadersConnections = 20;

    /// <summary>Returns a function that creates contexts. Dispose each context after use. This call opens no connection.</summary>
    /// <param name="readOnly">Whether PostgreSQL refuses every change, whatever the user may do.</param>
    public static Func<LedgerContext> Open(DatabaseOptions database, bool readOnly = false)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "lus" };
        // There are few different statements, and they repeat. PostgreSQL parses a prepared statement once for each connection.
        if (connection.MaxAutoPrepare == 0)
            connection.MaxAutoPrepare = 100;
        if (readOnly)
        {
            connection.Options = $"{connection.Options} -c default_transaction_read_only=on".TrimStart();
            if (!connection.ShouldSerialize(PoolSize))
                connection.MaxPoolSize = ReadersConnections;
        }
        // A context leaves no state in its connection that would have to be reset. Locks that outlive a statement are released explicitly.
        connection.NoResetOnClose = true;
        if (connection.Host?.Contains(',', StringComparison.Ordinal) == true && string.IsNullOrEmpty(connection.TargetSessionAttributes))
            connection.TargetSessionAttributes = "read-write";
        var options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(connection.ToString()).Options;
        return new PooledDbContextFactory<PostgresLedgerContext>(options).CreateDbContext;
    }

    /// <summary>
    /// Closes every connection that this process keeps for later. A database that stopped and started again leaves closed ones among them, of which each is
    /// found out only by who takes it.
    /// </summary>
    public static void ForgetConnections() => NpgsqlConnection.ClearAllPools();

    /// <summary>Checks that the ledger's schema is the one of this program.</summary>
    /// <exception cref="LedgerVersionException">The schema is older or newer than this program.</exception>
    public static async Task RequireVersionAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await using var ledger = open();
        (await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false)).RequireCurrent();
    }
}
