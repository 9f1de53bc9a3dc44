using System.Diagnostics;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>The workers that live, by their heartbeats on PostgreSQL's clock.</summary>
public sealed class WorkerRegister(Func<LedgerContext> open, DatabaseClock clock)
{
    /// <summary>Writes that the worker lives, and sets the clock by the database's.</summary>
    public async Task BeatAsync(WorkerRow worker, CancellationToken cancellation)
    {
        await using var ledger = open();
        var asked = Stopwatch.GetTimestamp();
        var now = await ledger.Database.SqlQuery<DateTime>($"""
            INSERT INTO workers (worker_id, stages, host, process_id, version, provider, started_at, heartbeat_at)
            VALUES ({worker.WorkerId}, {worker.Stages}, {worker.Host}, {worker.ProcessId}, {worker.Version}, {worker.Provider},
                    clock_timestamp(), clock_timestamp())
            ON CONFLICT (worker_id) DO UPDATE SET heartbeat_at = clock_timestamp(), provider = excluded.provider
            RETURNING heartbeat_at AS "Value"
            """).ToListAsync(cancellation).ConfigureAwait(false);
        clock.Synchronize(DateTime.SpecifyKind(now.Single(), DateTimeKind.Utc), asked);
    }

    /// <summary>The worker stops for good: what it had in work is free at once, and so are its duties.</summary>
    public async Task LeaveAsync(Guid workerId, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Duties.Where(duty => duty.WorkerId == workerId).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await ledger.Workers.Where(worker => worker.WorkerId == workerId).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Forgets workers that have been silent for so long.</summary>
    public async Task ForgetAsync(TimeSpan silence, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow().UtcDateTime - silence;
        await using var ledger = open();
        await ledger.Workers.Where(worker => worker.HeartbeatAt < before).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
    }
}
