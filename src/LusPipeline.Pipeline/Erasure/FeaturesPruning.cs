using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Ledger.Erasure;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>Deletes the features objects of old studies in chunks, while workers run. A later replay computes the features again.</summary>
/// <param name="rows">Finds the old studies' features.</param>
public sealed class FeaturesPruning(OldRows rows)
{
    private const int Chunk = 500;
    private const int ParallelRequests = 16;

    /// <summary>
    /// Deletes features. Each chunk's objects are deleted before its rows are updated, so that the next run can continue one that was
    /// stopped in between.
    /// </summary>
    /// <param name="work">The bucket that holds the features objects.</param>
    /// <param name="progress">Called with the number of clips that have been processed so far.</param>
    /// <returns>The number of clips, and the bytes of their objects.</returns>
    public async Task<(long Clips, long Bytes)> DeleteAsync(IWorkBucket work, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(progress);
        var (clips, bytes) = (0L, 0L);
        ClipKey? after = null;
        while (true)
        {
            var chunk = await rows.FeaturesAsync(after, Chunk, cancellation).ConfigureAwait(false);
            await Parallel.ForEachAsync(chunk, new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests, CancellationToken = cancellation }, async (clip, stopping) =>
                Interlocked.Add(ref bytes, await WorkObjects.DeleteAsync(work, WorkKeys.FeaturesOf(clip.ClipId), stopping).ConfigureAwait(false))).ConfigureAwait(false);
            await rows.ForgetFeaturesAsync(chunk, cancellation).ConfigureAwait(false);
            clips += chunk.Count;
            progress(clips);
            if (chunk.Count < Chunk)
                return (clips, bytes);
            after = chunk[^1];
        }
    }
}
