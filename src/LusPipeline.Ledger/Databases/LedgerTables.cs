using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>How large a table is.</summary>
/// <param name="Rows">PostgreSQL's running estimate, exact to a few per cent.</param>
/// <param name="Bytes">Of all that the table takes on disk.</param>
/// <param name="IndexBytes">Of that, its indexes.</param>
public sealed record LedgerTable(string Name, long Rows, long Bytes, long IndexBytes);

/// <summary>Reads how large the tables of a PostgreSQL ledger are, without counting rows.</summary>
public static class LedgerTables
{
    /// <returns>The largest first.</returns>
    public static async Task<IReadOnlyList<LedgerTable>> ReadAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var names = ledger.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Distinct().ToList();
        return await ledger.Database.SqlQuery<LedgerTable>($"""
            SELECT c.relname::text AS name,
                   CASE WHEN coalesce(s.n_live_tup, 0) > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0)::bigint END AS rows,
                   pg_total_relation_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes
            FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname = ANY ({names})
            ORDER BY bytes DESC, name
            """).ToListAsync(cancellation).ConfigureAwait(false);
    }
}
