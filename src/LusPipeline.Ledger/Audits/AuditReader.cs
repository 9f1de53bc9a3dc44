using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Audits;

/// <summary>Reads the audit.</summary>
public sealed class AuditReader(Func<LedgerContext> open)
{
    /// <summary>Returns the newest rows first.</summary>
    /// <param name="since">Only rows that were recorded at this time (UTC) or later; null for all.</param>
    /// <param name="before">Only rows with a smaller id; null for all. To read on, give the id of the last row of the page before.</param>
    /// <param name="most">The largest number of rows to return.</param>
    public async Task<IReadOnlyList<AuditRow>> ReadAsync(DateTime? since, long? before, int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Audit.AsNoTracking()
            .Where(row => (since == null || row.RecordedAt >= since) && (before == null || row.AuditId < before))
            .OrderByDescending(row => row.AuditId).Take(most).ToListAsync(cancellation).ConfigureAwait(false);
    }
}
