using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>The size of one table.</summary>
/// <param name="Rows">PostgreSQL's estimate of the number of rows, accurate to a few per cent.</param>
/// <param name="Bytes">Bytes of the whole table on disk, indexes included.</param>
/// <param name="IndexBytes">Bytes of the table's indexes.</param>
public sealed record LedgerTable(string Name, long Rows, long Bytes, long IndexBytes);

/// <summary>Reads the sizes of a PostgreSQL ledger's tables, with those of their parts, without counting rows.</summary>
public static class LedgerTables
{
    /// <returns>The tables, largest first.</returns>
    public static async Task<IReadOnlyList<LedgerTable>> ReadAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var names = ledger.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Distinct().ToList();
        return await ledger.Database.SqlQuery<LedgerTable>($"""
            SELECT t.relname::text AS name,
                   sum(CASE WHEN coalesce(s.n_live_tup, 0) > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0)::bigint END)::bigint AS rows,
                   sum(pg_total_relation_size(c.oid))::bigint AS bytes, sum(pg_indexes_size(c.oid))::bigint AS index_bytes
            FROM pg_class t JOIN pg_class c ON c.relkind = 'r' AND (c.oid = t.oid OR c.oid IN (SELECT relid FROM pg_partition_tree(t.oid)))
            LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE t.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('"__EFMigrationsHistory"')) AND t.relkind IN ('r', 'p') AND t.relname = ANY ({names})
            GROUP BY t.relname ORDER BY bytes DESC, name
            """).ToListAsync(cancellation).ConfigureAwait(false);
    }
}
