using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>A clip that waits for features.</summary>
public readonly record struct WaitingClip(Guid ClipId, string BundleId);

/// <summary>Finds out which of the clips that wait for features a living worker can take.</summary>
public sealed class ClipTakers(Func<LedgerContext> open, TimeProvider clock, WorkLease lease)
{
    /// <summary>Returns the clips that wait, and the ids of the bundles whose features a living worker computes.</summary>
    public async Task<(IReadOnlyList<WaitingClip> Clips, IReadOnlySet<string> Bundles)> ReadAsync(CancellationToken cancellation)
    {
        var liveSince = lease.LiveSince(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        var bundles = await ledger.Workers.Where(worker => worker.Bundles != "" && worker.HeartbeatAt > liveSince).Select(worker => worker.Bundles)
            .Distinct().ToListAsync(cancellation).ConfigureAwait(false);
        var clips = await ledger.Clips.Where(clip => clip.Status == WorkStatus.Cut).Select(clip => new WaitingClip(clip.ClipId, clip.Video!.BundleId))
            .ToListAsync(cancellation).ConfigureAwait(false);
        return (clips, bundles.SelectMany(ids => ids.Split(',')).ToHashSet(StringComparer.Ordinal));
    }
}
