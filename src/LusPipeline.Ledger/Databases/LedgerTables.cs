using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>The size of one table.</summary>
/// <param name="Rows">PostgreSQL's estimate of the number of rows, accurate to a few per cent.</param>
/// <param name="Bytes">Bytes of the whole table on disk, indexes included.</param>
/// <param name="IndexBytes">Bytes of the table's indexes.</param>
public sealed record LedgerTable(string Name, long Rows, long Bytes, long IndexBytes);

/// <summary>Reads the sizes of a PostgreSQL ledger's tables without counting rows.</summary>
public static class LedgerTables
{
    /// <returns>The tables, largest first.</returns>
    public static async Task<IReadOnlyList<LedgerTable>> ReadAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var names = ledger.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Distinct().ToList();
        return await ledger.Database.SqlQuery<LedgerTable>($"""
            SELECT c.relname::text AS name,
                   CASE WHEN coalesce(s.n_live_tup, 0) > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0)::bigint END AS rows,
                   pg_total_relation_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes
            FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('"__EFMigrationsHistory"')) AND c.relkind = 'r' AND c.relname = ANY ({names})
            ORDER BY bytes DESC, name
            """).ToListAsync(cancellation).ConfigureAwait(false);
    }
}
