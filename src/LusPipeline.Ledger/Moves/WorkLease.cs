using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>
/// Identifies the worker that owns a started row, and when the row is republished if it is not finished. A worker owns the rows that it
/// started as long as its last heartbeat is younger than the lease. After that, any worker that receives the message may start the row.
/// </summary>
public sealed record WorkLease
{
    /// <summary>
    /// The lease of <c>lus run</c>, the only process that uses its ledger. No other process starts work, and only retries are published
    /// again.
    /// </summary>
    public static readonly WorkLease None = new();

    /// <summary>The id of the worker; null if no other process uses the ledger.</summary>
    public Guid? WorkerId { get; init; }

    /// <summary>Age of a worker's last heartbeat from which other workers may start its rows.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Time after publishing until a row that nobody started is published again for the first time.</summary>
    public TimeSpan RepublishAfter { get; init; }

    /// <summary>A worker is alive if its last heartbeat is later than this time.</summary>
    internal DateTime LiveSince(DateTime now) => now - Duration;

    /// <summary>Returns whether a living worker owns a row.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="owner">The worker's id in the row; null if no worker has started the row.</param>
    /// <param name="now">The ledger's time, UTC.</param>
    /// <param name="cancellation">Ends the query.</param>
    internal async Task<bool> IsOwnedAsync(LedgerContext ledger, Guid? owner, DateTime now, CancellationToken cancellation)
    {
        var liveSince = LiveSince(now);
        return owner is not null
            && await ledger.Workers.AnyAsync(worker => worker.WorkerId == owner && worker.HeartbeatAt > liveSince, cancellation).ConfigureAwait(false);
    }

    /// <summary>When the sweeper checks a row that is started at <paramref name="now"/>; null for <c>lus run</c>.</summary>
    internal DateTime? StartedUntil(DateTime now) => WorkerId is null ? null : now + Duration;

    /// <summary>When the sweeper checks a row that is published at <paramref name="now"/>; null for <c>lus run</c>.</summary>
    internal DateTime? PublishedUntil(DateTime now) => WorkerId is null ? null : now + RepublishAfter;
}
