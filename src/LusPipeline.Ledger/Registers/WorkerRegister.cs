using System.Diagnostics;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>The register of living workers. Heartbeats are times of PostgreSQL's clock.</summary>
public sealed class WorkerRegister(Func<LedgerContext> open, DatabaseClock clock)
{
    /// <summary>Writes the worker's heartbeat, and sets the clock to the database's time.</summary>
    public async Task BeatAsync(WorkerRow worker, CancellationToken cancellation)
    {
        await using var ledger = open();
        var asked = Stopwatch.GetTimestamp();
        var now = await ledger.Database.SqlQuery<DateTime>($"""
            INSERT INTO workers (worker_id, stages, host, process_id, version, provider, bundles, started_at, heartbeat_at)
            VALUES ({worker.WorkerId}, {worker.Stages}, {worker.Host}, {worker.ProcessId}, {worker.Version}, {worker.Provider}, {worker.Bundles},
                    clock_timestamp(), clock_timestamp())
            ON CONFLICT (worker_id) DO UPDATE SET heartbeat_at = clock_timestamp(), provider = excluded.provider, bundles = excluded.bundles
            RETURNING heartbeat_at AS "Value"
            """).ToListAsync(cancellation).ConfigureAwait(false);
        clock.Synchronize(DateTime.SpecifyKind(now.Single(), DateTimeKind.Utc), asked);
    }

    /// <summary>Removes a worker that stops for good. Its started rows and its duties are free at once.</summary>
    public async Task LeaveAsync(Guid workerId, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Duties.Where(duty => duty.WorkerId == workerId).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await ledger.Workers.Where(worker => worker.WorkerId == workerId).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes workers that have sent no heartbeat for this long.</summary>
    public async Task ForgetAsync(TimeSpan silence, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow().UtcDateTime - silence;
        await using var ledger = open();
        await ledger.Workers.Where(worker => worker.HeartbeatAt < before).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
    }
}
