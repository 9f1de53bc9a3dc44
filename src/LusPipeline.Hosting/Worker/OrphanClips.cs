using LusPipeline.Buckets;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Erasure;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Deletes orphaned objects at an interval (<see cref="OrphanObjects"/>). Young objects stay, because a worker writes a clip's object before
/// its row.
/// </summary>
internal sealed partial class OrphanClips(IWorkBucket work, Func<LedgerContext> open, TimeProvider clock, SweepOptions options, ILogger<OrphanClips> logger)
{
    private DateTime _next;

    /// <summary>Deletes the orphans if enough time has passed since the last time.</summary>
    public async Task DeleteDueAsync(LoopBeat beat, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (now < _next)
            return;
        var deleted = await new OrphanObjects(work, new WaitingClips(open)).DeleteAsync(now - options.OrphanAge, () => beat.Beat(), cancellation).ConfigureAwait(false);
        _next = now + options.OrphanInterval;
        if (deleted > 0)
            LogDeleted(logger, deleted);
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Objects} clip objects that no clip waits for")]
    private static partial void LogDeleted(ILogger logger, int objects);
}
