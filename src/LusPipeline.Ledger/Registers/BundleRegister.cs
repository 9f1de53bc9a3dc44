using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>Writes the bundle that a process uses into the ledger, because results refer to it.</summary>
public sealed class BundleRegister(Func<LedgerContext> open, TimeProvider clock)
{
    public async Task RegisterAsync(string bundleId, string name, string version, double threshold, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO model_bundles (bundle_id, name, version, threshold, first_seen_at)
            VALUES ({bundleId}, {name}, {version}, {threshold}, {now})
            ON CONFLICT (bundle_id) DO UPDATE SET name = excluded.name, version = excluded.version
            """, cancellation).ConfigureAwait(false);
    }
}
