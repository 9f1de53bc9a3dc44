using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>
/// Duties that one worker at a time performs for all. The worker renews its lease on a duty. If it dies, another worker takes the duty
/// over.
/// </summary>
public sealed class LeasedDuties(Func<LedgerContext> open, TimeProvider clock, Guid workerId, TimeSpan lease)
{
    public const string Sweep = "sweep";

    /// <summary>The name of the duty of watching one prefix.</summary>
    public static string Watch(string prefix) => $"watch:{prefix}";

    /// <summary>
    /// Whether the database's user may sweep: whoever announces studies reads predictions. A user of the ingest or the features stage alone may
    /// not, and leaves the duty to others.
    /// </summary>
    public async Task<bool> MaySweepAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return !ledger.Database.IsNpgsql() || (await ledger.Database
            .SqlQuery<bool>($"""SELECT coalesce(has_table_privilege(to_regclass('predictions'), 'SELECT'), true) AS "Value" """)
            .ToListAsync(cancellation).ConfigureAwait(false)).Single();
    }

    /// <summary>Takes a duty that is free, or renews the lease of one that this worker has.</summary>
    /// <returns>Whether this worker has the duty until the lease ends.</returns>
    public async Task<bool> TakeAsync(string name, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO duties (name, worker_id, leased_until) VALUES ({name}, {workerId}, {now + lease})
            ON CONFLICT (name) DO UPDATE SET worker_id = excluded.worker_id, leased_until = excluded.leased_until
            WHERE duties.worker_id = excluded.worker_id OR duties.leased_until <= {now}
            """, cancellation).ConfigureAwait(false) == 1;
    }
}
