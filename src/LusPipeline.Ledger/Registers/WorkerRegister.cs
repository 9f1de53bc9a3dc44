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

    /// <summary>
    /// Gives back the rows that the ledger says this worker has started and that it is not at: their ends were lost with the ledger's last state.
    /// Nobody else may start them while this worker lives. The next sweep publishes them, and their starts do not count.
    /// </summary>
    /// <param name="inWork">Ids of videos and clips that the worker is at.</param>
    /// <returns>How many rows were given back.</returns>
    public async Task<int> ReleaseAsync(Guid workerId, IReadOnlyCollection<Guid> inWork, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return await ledger.Videos.Where(video => video.WorkerId == workerId && !inWork.Contains(video.VideoId))
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.Publishes, 0)
                .SetProperty(video => video.NotBefore, now), cancellation).ConfigureAwait(false)
            + await ledger.Clips.Where(clip => clip.WorkerId == workerId && !inWork.Contains(clip.ClipId))
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.Publishes, 0)
                .SetProperty(clip => clip.NotBefore, now), cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes workers that have sent no heartbeat for this long.</summary>
    public async Task ForgetAsync(TimeSpan silence, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow().UtcDateTime - silence;
        await using var ledger = open();
        await ledger.Workers.Where(worker => worker.HeartbeatAt < before).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
    }
}
