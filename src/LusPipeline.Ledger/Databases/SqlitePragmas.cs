using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// Per connection: writers wait for each other inside SQLite (the client's own waiting sleeps 150 ms at a time), and a commit
/// reaches the disk at checkpoints, which a killed process survives without loss (https://sqlite.org/wal.html).
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA busy_timeout = 20000; PRAGMA synchronous = NORMAL;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
