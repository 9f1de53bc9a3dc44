using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// Tells whether the ledger in PostgreSQL may have gone back to an earlier state: a dump was restored, or a standby took over that lacks the last
/// commits. What a process remembers of the ledger is then no longer true.
/// </summary>
public static class LedgerIncarnation
{
    /// <summary>
    /// Returns a text that changes with the server's start, the database and the file of its largest table. It also changes where nothing was
    /// lost, for example when the server restarts. Rows that a person deletes and writes again do not change it.
    /// </summary>
    public static async Task<string> ReadAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        await using var ledger = open();
        return (await ledger.Database.SqlQuery<string>($"""
            SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()), oid, pg_relation_filenode(to_regclass('clips'))) AS "Value"
            FROM pg_database WHERE datname = current_database()
            """).ToListAsync(cancellation).ConfigureAwait(false)).Single();
    }
}
