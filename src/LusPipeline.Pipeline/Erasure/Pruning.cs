using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>
/// Deletes what is old and can be spared: spans, predictions that newer ones replaced, features of finished studies. Chunk by chunk, in
/// the order of the tables' keys, while workers run; a run that was stopped is gone on with by another.
/// </summary>
/// <param name="open">The ledger.</param>
/// <param name="before">UTC: what is younger stays.</param>
public sealed class Pruning(Func<LedgerContext> open, DateTime before)
{
    private const int Chunk = 5_000;
    private const int ClipChunk = 500;
    private const int Together = 16;

    /// <summary>A row of a study of a later day cannot be old enough.</summary>
    private readonly DateOnly _day = DateOnly.FromDateTime(before);

    public async Task<long> CountSpansAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Spans.LongCountAsync(span => span.StudyDay <= _day && span.StartedAt < before, cancellation).ConfigureAwait(false);
    }

    /// <param name="progress">Told of rows deleted so far.</param>
    public Task<long> DeleteSpansAsync(Action<long> progress, CancellationToken cancellation) => InChunksAsync(
        "",
        (ledger, from) => ledger.Spans.FromSql($"SELECT * FROM spans WHERE (study_day, trace_id) > ({from.Day}, {from.Id})")
            .Where(span => span.StudyDay <= _day).OrderBy(span => span.StudyDay).ThenBy(span => span.TraceId)
            .Select(span => new Key<string>(span.StudyDay, span.TraceId)),
        (ledger, from, to) => ledger.Database.ExecuteSqlAsync($"""
            DELETE FROM spans
            WHERE (study_day, trace_id) > ({from.Day}, {from.Id}) AND (study_day, trace_id) <= ({to.Day}, {to.Id}) AND started_at < {before}
            """, cancellation),
        progress, cancellation);

    public async Task<long> CountHistoryAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Predictions.LongCountAsync(
            prediction => prediction.StudyDay <= _day && prediction.PredictedAt < before
                && ledger.Videos.Any(video => video.VideoId == prediction.VideoId && video.Generation > prediction.Generation && video.Status == WorkStatus.Done),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes predictions of earlier generations of videos whose newest is done.</summary>
    /// <inheritdoc cref="DeleteSpansAsync"/>
    public Task<long> DeleteHistoryAsync(Action<long> progress, CancellationToken cancellation) => InChunksAsync(
        Guid.Empty,
        (ledger, from) => ledger.Predictions.FromSql($"SELECT * FROM predictions WHERE (study_day, clip_id) > ({from.Day}, {from.Id})")
            .Where(prediction => prediction.StudyDay <= _day).OrderBy(prediction => prediction.StudyDay).ThenBy(prediction => prediction.ClipId)
            .Select(prediction => new Key<Guid>(prediction.StudyDay, prediction.ClipId)),
        (ledger, from, to) => ledger.Database.ExecuteSqlAsync($"""
            DELETE FROM predictions
            WHERE (study_day, clip_id) > ({from.Day}, {from.Id}) AND (study_day, clip_id) <= ({to.Day}, {to.Id}) AND predicted_at < {before}
              AND EXISTS (SELECT 1 FROM videos WHERE videos.video_id = predictions.video_id AND videos.generation > predictions.generation
                AND videos.status = {WorkStatus.Done})
            """, cancellation),
        progress, cancellation);

    public async Task<long> CountFeaturesAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await WithFeatures(ledger, ledger.Clips).LongCountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes the features objects of studies that were completed or cancelled before. A later replay makes them again.</summary>
    /// <param name="work">Where they are.</param>
    /// <param name="progress">Told of clips done so far.</param>
    /// <returns>Clips and the bytes of their objects.</returns>
    public async Task<(long Clips, long Bytes)> DeleteFeaturesAsync(IWorkBucket work, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        var (clips, bytes) = (0L, 0L);
        var from = new Key<Guid>(DateOnly.MinValue, Guid.Empty);
        while (true)
        {
            await using var ledger = open();
            var rest = ledger.Clips.FromSql($"SELECT * FROM clips WHERE (study_day, clip_id) > ({from.Day}, {from.Id})");
            var chunk = await WithFeatures(ledger, rest).OrderBy(clip => clip.StudyDay).ThenBy(clip => clip.ClipId).Take(ClipChunk)
                .Select(clip => new Key<Guid>(clip.StudyDay, clip.ClipId)).ToListAsync(cancellation).ConfigureAwait(false);
            await Parallel.ForEachAsync(chunk, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellation }, async (clip, stopping) =>
                Interlocked.Add(ref bytes, await WorkObjects.DeleteAsync(work, WorkKeys.FeaturesOf(clip.Id), stopping).ConfigureAwait(false))).ConfigureAwait(false);
            foreach (var day in chunk.GroupBy(clip => clip.Day, clip => clip.Id))
            {
                var ids = day.ToList();
                await ledger.Clips.Where(clip => clip.StudyDay == day.Key && ids.Contains(clip.ClipId) && clip.Status != WorkStatus.Extracted)
                    .ExecuteUpdateAsync(set => set
                        .SetProperty(clip => clip.FeaturesKey, (string?)null)
                        .SetProperty(clip => clip.FeaturesSha256, (string?)null), cancellation).ConfigureAwait(false);
            }
            clips += chunk.Count;
            progress(clips);
            if (chunk.Count < ClipChunk)
                return (clips, bytes);
            from = chunk[^1];
        }
    }

    /// <summary>Studies that were completed or cancelled before, oldest first.</summary>
    public async Task<IReadOnlyList<StudyRow>> StudiesAsync(int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await Old(ledger.Studies).AsNoTracking().OrderBy(study => study.CompletedAt).Take(most).ToListAsync(cancellation).ConfigureAwait(false);
    }

    public async Task<long> CountStudiesAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await Old(ledger.Studies).LongCountAsync(cancellation).ConfigureAwait(false);
    }

    private IQueryable<StudyRow> Old(IQueryable<StudyRow> studies) =>
        studies.Where(study => study.StudyDay <= _day && study.Status != WorkStatus.Open && study.CompletedAt < before);

    private IQueryable<ClipRow> WithFeatures(LedgerContext ledger, IQueryable<ClipRow> clips)
    {
        var old = Old(ledger.Studies);
        return clips.Where(clip => clip.StudyDay <= _day && clip.FeaturesKey != null && clip.Status != WorkStatus.Extracted
            && old.Any(study => study.StudyId == clip.Video!.StudyId));
    }

    private async Task<long> InChunksAsync<TId>(
        TId first, Func<LedgerContext, Key<TId>, IQueryable<Key<TId>>> after, Func<LedgerContext, Key<TId>, Key<TId>, Task<int>> delete,
        Action<long> progress, CancellationToken cancellation)
    {
        var deleted = 0L;
        var from = new Key<TId>(DateOnly.MinValue, first);
        while (true)
        {
            await using var ledger = open();
            var keys = after(ledger, from);
            var to = await keys.Skip(Chunk - 1).FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
            var rest = to is null;
            to ??= await keys.Reverse().FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
            if (to is null)
                return deleted;
            deleted += await delete(ledger, from, to).ConfigureAwait(false);
            progress(deleted);
            if (rest)
                return deleted;
            from = to;
        }
    }

    private sealed record Key<TId>(DateOnly Day, TId Id);
}
