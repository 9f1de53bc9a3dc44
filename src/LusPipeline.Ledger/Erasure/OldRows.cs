using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Erasure;

/// <summary>The key of a clip.</summary>
public readonly record struct ClipKey(DateOnly StudyDay, Guid ClipId);

/// <summary>
/// Counts and deletes old rows that are no longer needed: spans, and predictions that newer ones replaced. It deletes in chunks, in the
/// order of the tables' keys, while workers run. If a run is stopped, the next run continues. This class also finds old studies and their
/// features.
/// </summary>
/// <param name="open">The ledger.</param>
/// <param name="before">Limit of age, UTC. Younger rows stay.</param>
public sealed class OldRows(Func<LedgerContext> open, DateTime before)
{
    private const int Chunk = 5_000;

    /// <summary>Rows of studies of a later day cannot be old enough.</summary>
    private readonly DateOnly _day = DateOnly.FromDateTime(before);

    /// <summary>Counts the spans that began before the limit.</summary>
    public async Task<long> CountSpansAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Spans.LongCountAsync(span => span.StudyDay <= _day && span.StartedAt < before, cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes the spans that began before the limit.</summary>
    /// <param name="progress">Called with the number of rows that have been deleted so far.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    /// <returns>The number of rows deleted.</returns>
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

    /// <summary>Counts the predictions that <see cref="DeleteHistoryAsync"/> would delete.</summary>
    public async Task<long> CountHistoryAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Predictions.LongCountAsync(
            prediction => prediction.StudyDay <= _day && prediction.PredictedAt < before
                && ledger.Videos.Any(video => video.VideoId == prediction.VideoId && video.Generation > prediction.Generation && video.Status == WorkStatus.Done),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes the predictions of earlier generations of a video, where its newest generation is done.</summary>
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

    /// <summary>Counts the clips that <see cref="FeaturesAsync"/> returns in all.</summary>
    public async Task<long> CountFeaturesAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await WithFeatures(ledger, ledger.Clips).LongCountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds clips whose features objects are no longer needed: their study was completed or cancelled before the limit, and they do not
    /// wait for sequence.
    /// </summary>
    /// <param name="after">The last clip of the previous chunk; null for the first chunk.</param>
    /// <param name="most">The largest number of clips to return.</param>
    public async Task<IReadOnlyList<ClipKey>> FeaturesAsync(ClipKey? after, int most, CancellationToken cancellation)
    {
        var from = after ?? new ClipKey(DateOnly.MinValue, Guid.Empty);
        await using var ledger = open();
        var rest = ledger.Clips.FromSql($"SELECT * FROM clips WHERE (study_day, clip_id) > ({from.StudyDay}, {from.ClipId})");
        return await WithFeatures(ledger, rest).OrderBy(clip => clip.StudyDay).ThenBy(clip => clip.ClipId).Take(most)
            .Select(clip => new ClipKey(clip.StudyDay, clip.ClipId)).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Records that the features objects of these clips are deleted. Clips that wait for sequence by now are left out.</summary>
    public async Task ForgetFeaturesAsync(IReadOnlyCollection<ClipKey> clips, CancellationToken cancellation)
    {
        await using var ledger = open();
        foreach (var day in clips.GroupBy(clip => clip.StudyDay, clip => clip.ClipId))
        {
            var ids = day.ToList();
            await ledger.Clips.Where(clip => clip.StudyDay == day.Key && ids.Contains(clip.ClipId) && clip.Status != WorkStatus.Extracted)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(clip => clip.FeaturesKey, (string?)null)
                    .SetProperty(clip => clip.FeaturesSha256, (string?)null), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the studies that were completed or cancelled before the limit, oldest first.</summary>
    public async Task<IReadOnlyList<StudyRow>> StudiesAsync(int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await Old(ledger.Studies).AsNoTracking().OrderBy(study => study.CompletedAt).Take(most).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Counts the studies that were completed or cancelled before the limit.</summary>
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
