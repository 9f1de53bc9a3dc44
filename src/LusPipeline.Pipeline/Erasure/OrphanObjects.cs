using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>
/// Deletes clip objects that no clip waits for, and objects that were never finished. Processes that died between two steps leave them, and
/// so do studies that were cancelled or erased.
/// </summary>
public sealed class OrphanObjects(IWorkBucket work, WaitingClips clips)
{
    /// <param name="before">
    /// Only older objects (UTC) are deleted, because a worker writes the object of a clip before its row. <see cref="DateTime.MaxValue"/> if
    /// no other process uses the bucket.
    /// </param>
    /// <param name="progress">Called for each object of the listing.</param>
    /// <param name="cancellation">Stops between two objects.</param>
    /// <returns>The number of clip objects that were deleted.</returns>
    public async Task<int> DeleteAsync(DateTime before, Action progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var waiting = await clips.IdsAsync(cancellation).ConfigureAwait(false);
        var orphans = new List<string>();
        await foreach (var item in work.ListAsync(WorkKeys.ClipsPrefix, cancellation).ConfigureAwait(false))
        {
            progress();
            if (item.Modified < before && Guid.TryParse(Path.GetFileNameWithoutExtension(item.Key), out var clip) && !waiting.Contains(clip))
                orphans.Add(item.Key);
        }
        foreach (var key in orphans)
        {
            progress();
            await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
        }
        await work.DeleteUnfinishedAsync(before, cancellation).ConfigureAwait(false);
        return orphans.Count;
    }
}
