using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>Things that one worker at a time does for all. Whoever has one renews it; when it dies, another takes it over.</summary>
public sealed class Duties(Func<LedgerContext> open, TimeProvider clock, Guid workerId, TimeSpan lease)
{
    public const string Sweep = "sweep";

    /// <summary>The duty of watching one prefix.</summary>
    public static string Watch(string prefix) => $"watch:{prefix}";

    /// <summary>Takes a duty that is free or renews it.</summary>
    /// <returns>Whether it is this worker's until the lease ends.</returns>
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
