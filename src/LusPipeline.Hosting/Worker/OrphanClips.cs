using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Republishing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Deletes clip objects that no clip waits for: left by workers that died between two steps, and by cancelled studies; and objects that
/// were begun and never finished. Young ones stay, as a living worker writes the object before its row.
/// </summary>
internal sealed partial class OrphanClips(IWorkBucket work, Func<LedgerContext> open, TimeProvider clock, SweepOptions options, ILogger<OrphanClips> logger)
{
    private DateTime _next;

    /// <summary>Looks when it is time to.</summary>
    public async Task DeleteDueAsync(LoopBeat beat, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (now < _next)
            return;
        HashSet<Guid> waiting;
        await using (var ledger = open())
        {
            waiting = await ledger.Clips.Where(clip => clip.Status == WorkStatus.Cut).Select(clip => clip.ClipId)
                .ToHashSetAsync(cancellation).ConfigureAwait(false);
        }
        var deleted = 0;
        await foreach (var item in work.ListAsync(WorkKeys.ClipsPrefix, cancellation).ConfigureAwait(false))
        {
            beat.Beat();
            if (now - item.Modified < options.OrphanAge)
                continue;
            if (!Guid.TryParse(Path.GetFileNameWithoutExtension(item.Key), out var clip) || waiting.Contains(clip))
                continue;
            await work.DeleteAsync(item.Key, cancellation).ConfigureAwait(false);
            deleted++;
        }
        await work.DeleteUnfinishedAsync(now - options.OrphanAge, cancellation).ConfigureAwait(false);
        _next = now + options.OrphanInterval;
        if (deleted > 0)
            LogDeleted(logger, deleted);
    }

    [LoggerMessage(LogLevel.Information, "{Objects} clip objects that no clip waits for are deleted")]
    private static partial void LogDeleted(ILogger logger, int objects);
}
