using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Erasure;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>What was deleted of a study.</summary>
/// <param name="Bytes">Bytes of the deleted objects.</param>
/// <param name="KeptOut">The number of videos whose hash is kept, so that they are not registered again.</param>
public sealed record ErasedStudy(int Videos, int Clips, int Predictions, int Spans, long Bytes, int KeptOut);

/// <summary>
/// Deletes everything that the pipeline stores about a study: its rows in all tables, and its objects. The user's originals are not
/// touched.
/// </summary>
public sealed class StudyErasure(Func<LedgerContext> open, TimeProvider clock)
{
    private const int ParallelRequests = 16;

    /// <summary>
    /// After a cancellation, a worker may still write the features object of a clip that it was running. This is the longest time for that.
    /// </summary>
    public static readonly TimeSpan ReleaseTime = TimeSpan.FromSeconds(30);

    /// <summary>What the audit calls the deletion: <see cref="AuditAction.Delete"/>, or <see cref="AuditAction.Prune"/>.</summary>
    public string Action { get; init; } = AuditAction.Delete;

    private readonly StudyRows _rows = new(open, clock);

    /// <summary>Counts the originals of a study that are still in the bucket as they were registered.</summary>
    public async Task<int> CountOriginalsAsync(Guid studyId, IVideoBucket bucket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        var originals = await _rows.OriginalsAsync(studyId, cancellation).ConfigureAwait(false);
        var there = 0;
        await Parallel.ForEachAsync(originals, new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests, CancellationToken = cancellation }, async (original, stopping) =>
        {
            try
            {
                await bucket.ReadAsync(original.Key, original.Tag, 0, new byte[1], stopping).ConfigureAwait(false);
                Interlocked.Increment(ref there);
            }
            catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
            {
                // The original is gone, as it should be.
            }
            catch (RejectedException)
            {
                Interlocked.Increment(ref there);
            }
        }).ConfigureAwait(false);
        return there;
    }

    /// <summary>Deletes a study that no worker works on. Cancel it first. If work was running, wait for <see cref="ReleaseTime"/>.</summary>
    /// <param name="study">The row of the study.</param>
    /// <param name="work">The bucket that holds the pipeline's objects.</param>
    /// <param name="results">The keys of result objects; null if results are not stored as objects.</param>
    /// <param name="keepOut">
    /// Whether to keep the ids of the videos, which are hashes. Watchers then skip originals that are still in the bucket.
    /// </param>
    public async Task<ErasedStudy> EraseAsync(StudyRow study, IWorkBucket work, ResultKeys? results, bool keepOut, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(work);
        var clips = await _rows.ClipsAsync(study.StudyId, cancellation).ConfigureAwait(false);
        var alone = !await _rows.HasNamesakeAsync(study, cancellation).ConfigureAwait(false);
        var resultKeys = results?.AllOf(study.Bucket, study.Name, study.StudyId, alone) ?? [];
        var bytes = await DeleteObjectsAsync(clips, resultKeys, work, cancellation).ConfigureAwait(false);
        var rows = await _rows.DeleteAsync(study, keepOut, Action, cancellation).ConfigureAwait(false);
        // A paused worker that wrote an object between the two deletions saw the rows. One that writes later sees that they are gone, and
        // deletes its object itself. A stop does not interrupt this, because without the rows nobody finds the objects.
        bytes += await DeleteObjectsAsync(clips, resultKeys, work, CancellationToken.None).ConfigureAwait(false);
        return new(rows.Videos, rows.Clips, rows.Predictions, rows.Spans, bytes, rows.KeptOut);
    }

    private static async Task<long> DeleteObjectsAsync(
        IReadOnlyList<Guid> clips, IReadOnlyList<string> resultKeys, IWorkBucket work, CancellationToken cancellation)
    {
        foreach (var key in resultKeys)
            await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
        var bytes = 0L;
        await Parallel.ForEachAsync(clips, new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests, CancellationToken = cancellation }, async (clip, stopping) =>
        {
            await work.DeleteAsync(WorkKeys.ClipFrames(clip), stopping).ConfigureAwait(false);
            Interlocked.Add(ref bytes, await WorkObjects.DeleteAsync(work, WorkKeys.FeaturesOf(clip), stopping).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return bytes;
    }
}
