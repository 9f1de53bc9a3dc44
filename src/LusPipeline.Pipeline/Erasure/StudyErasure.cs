using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>What was deleted of a study.</summary>
/// <param name="Bytes">Of its objects.</param>
/// <param name="KeptOut">Videos of which a hash stays.</param>
public sealed record ErasedStudy(int Videos, int Clips, int Predictions, int Spans, long Bytes, int KeptOut);

/// <summary>Deletes everything that the pipeline has of a study: its rows in all tables, and its objects. The user's originals are not touched.</summary>
public sealed class StudyErasure(Func<LedgerContext> open, TimeProvider clock)
{
    private const int Together = 16;

    /// <summary>So long after a cancellation a worker may still write a features object of a clip that it had in work.</summary>
    public static readonly TimeSpan Letting = TimeSpan.FromSeconds(30);

    /// <summary>The originals of a study that are still in the bucket as they were registered.</summary>
    public async Task<int> CountOriginalsAsync(Guid studyId, IVideoBucket bucket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        await using var ledger = open();
        var videos = await ledger.Videos.Where(video => video.StudyId == studyId).Select(video => new { video.ObjectKey, video.Tag })
            .ToListAsync(cancellation).ConfigureAwait(false);
        var there = 0;
        await Parallel.ForEachAsync(videos, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellation }, async (video, stopping) =>
        {
            try
            {
                await bucket.ReadAsync(video.ObjectKey, video.Tag, 0, new byte[1], stopping).ConfigureAwait(false);
                Interlocked.Increment(ref there);
            }
            catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
            {
                // As it should be.
            }
            catch (RejectedException)
            {
                Interlocked.Increment(ref there);
            }
        }).ConfigureAwait(false);
        return there;
    }

    /// <summary>Deletes a study, which nothing must be at: cancel it first, and wait where something ran.</summary>
    /// <param name="study">Its row.</param>
    /// <param name="work">Where its objects are.</param>
    /// <param name="results">Where its result object may be; null where there is none.</param>
    /// <param name="keepOut">Remembers the videos by their ids, which are hashes, so that a watcher passes by originals that stay.</param>
    public async Task<ErasedStudy> EraseAsync(StudyRow study, IWorkBucket work, ResultKeys? results, bool keepOut, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(work);
        var bytes = await DeleteObjectsAsync(study.StudyId, work, cancellation).ConfigureAwait(false);
        if (results is not null)
            await DeleteResultAsync(study, work, results, cancellation).ConfigureAwait(false);
        return await DeleteRowsAsync(study, keepOut, cancellation).ConfigureAwait(false) with { Bytes = bytes };
    }

    private async Task DeleteResultAsync(StudyRow study, IWorkBucket work, ResultKeys results, CancellationToken cancellation)
    {
        await using var ledger = open();
        var (id, name) = (study.StudyId, study.Name);
        var alone = !await ledger.Studies.AnyAsync(other => other.Name == name && other.StudyId != id, cancellation).ConfigureAwait(false);
        foreach (var key in results.AllOf(study.Bucket, name, id, alone))
            await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
    }

    private async Task<long> DeleteObjectsAsync(Guid studyId, IWorkBucket work, CancellationToken cancellation)
    {
        var bytes = 0L;
        await using var ledger = open();
        var clips = await ledger.Clips.Where(clip => clip.Video!.StudyId == studyId).Select(clip => clip.ClipId).ToListAsync(cancellation).ConfigureAwait(false);
        await Parallel.ForEachAsync(clips, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellation }, async (clip, stopping) =>
        {
            await work.DeleteAsync(WorkKeys.ClipFrames(clip), stopping).ConfigureAwait(false);
            Interlocked.Add(ref bytes, await WorkObjects.DeleteAsync(work, WorkKeys.FeaturesOf(clip), stopping).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return bytes;
    }

    private async Task<ErasedStudy> DeleteRowsAsync(StudyRow study, bool keepOut, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (id, day) = (study.StudyId, study.StudyDay);
        await using var ledger = open();
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var kept = keepOut
            ? await ledger.Database.ExecuteSqlAsync(
                $"INSERT INTO kept_out_videos (video_id, since) SELECT video_id, {now} FROM videos WHERE study_id = {id} ON CONFLICT DO NOTHING", cancellation).ConfigureAwait(false)
            : 0;
        if (ledger is SqliteLedgerContext)
        {
            // Folders' files; workers' buckets have no such rows, and operators no rights on their table.
            await ledger.ContentHashes.Where(hash => ledger.Videos.Any(video => video.StudyId == id && video.Content == hash.Sha256))
                .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        }
        var spans = await ledger.Spans.Where(span => span.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var predictions = await ledger.Predictions
            .Where(prediction => prediction.StudyDay == day && ledger.Videos.Any(video => video.VideoId == prediction.VideoId && video.StudyId == id))
            .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var clips = await ledger.Clips.Where(clip => clip.StudyDay == day && ledger.Videos.Any(video => video.VideoId == clip.VideoId && video.StudyId == id))
            .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var videos = await ledger.Videos.Where(video => video.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await ledger.Studies.Where(one => one.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return new(videos, clips, predictions, spans, 0, kept);
    }
}
