using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>Whether the user of a PostgreSQL ledger may read names of studies and videos.</summary>
public static class NameRight
{
    public static async Task<bool> HasAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        await using var ledger = open();
        return (await ledger.Database.SqlQuery<bool>($"""SELECT has_table_privilege('study_names', 'SELECT') AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false)).Single();
    }
}
