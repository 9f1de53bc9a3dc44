using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// Sets up each connection. Writers wait for each other inside SQLite, because the client's own wait sleeps 150 ms at a time. Commits are
/// synchronised to the disk at checkpoints, so a power cut may undo the last ones; a killed process loses no commit
/// (https://sqlite.org/wal.html). <see cref="SyncCommitsAsync"/> is for moves whose outcome is told.
/// </summary>
/// <param name="readOnly">Whether SQLite refuses every change. A connection goes back to a pool, so it is always set.</param>
internal sealed class SqlitePragmas(bool readOnly) : DbConnectionInterceptor
{
    private readonly string _pragmas = $"PRAGMA busy_timeout = 20000; PRAGMA synchronous = NORMAL; PRAGMA query_only = {(readOnly ? "ON" : "OFF")};";

    /// <summary>
    /// Makes each commit of this context wait until the write-ahead log is on the disk, and with it all commits before. In PostgreSQL this
    /// is always so.
    /// </summary>
    public static async Task SyncCommitsAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        if (ledger is not SqliteLedgerContext)
            return;
        // The connection stays open until the context is disposed. The next user of it gets the pragmas of a new connection.
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await ledger.Database.ExecuteSqlRawAsync("PRAGMA synchronous = FULL", cancellation).ConfigureAwait(false);
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = _pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = _pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
