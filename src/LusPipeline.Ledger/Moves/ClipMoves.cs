using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>
/// Moves of a clip's row. Each compares generation and status in the same statement that sets them, and says whether it won.
/// A move that follows a start compares the worker too: a worker that was paused past its lease cannot move what another worker has started since.
/// </summary>
public sealed class ClipMoves(Func<LedgerContext> open, TimeProvider clock, AttemptOptions attempts, WorkLease? lease = null)
{
    private readonly WorkLease _lease = lease ?? WorkLease.None;

    /// <summary>
    /// Writes that a clip's frames are an object. False when this generation of the clip is already further on, or the video is final or replayed.
    /// It does not compare the video's worker: two attempts at a video write the same frames, and the caller deletes them when this is false.
    /// A features worker that has started the clip keeps it.
    /// </summary>
    public async Task<bool> CutAsync(VideoWork video, Guid clipId, int index, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, starts, retries, cut_at, publishes, not_before)
            SELECT {video.StudyDay}, {clipId}, {video.VideoId}, {index}, {video.Generation}, {WorkStatus.Cut}, 0, 0, {now}, 1, {_lease.PublishedUntil(now)}
            FROM videos
            WHERE video_id = {video.VideoId} AND generation = {video.Generation} AND status IN ({WorkStatus.Found}, {WorkStatus.Cut})
            ON CONFLICT (study_day, clip_id) DO UPDATE
            SET generation = excluded.generation, status = excluded.status, reason = NULL, features_key = NULL, features_sha256 = NULL,
                starts = CASE WHEN clips.generation = excluded.generation THEN clips.starts ELSE 0 END,
                retries = CASE WHEN clips.generation = excluded.generation THEN clips.retries ELSE 0 END,
                not_before = excluded.not_before, publishes = 1,
                worker_id = CASE WHEN clips.generation = excluded.generation THEN clips.worker_id ELSE NULL END, cut_at = excluded.cut_at, finished_at = NULL
            WHERE clips.generation < excluded.generation
               OR (clips.generation = excluded.generation AND clips.status IN ({WorkStatus.Found}, {WorkStatus.Cut}))
            """, cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// Records the start of an attempt at the stage that waits for <paramref name="status"/>. Work that this worker has already, after an
    /// outage that kept its end from the ledger, starts again without counting.
    /// </summary>
    /// <param name="alone">Nothing else of the stage is in work in this process: a crash would be this work's own.</param>
    public async Task<(StartOutcome Outcome, ClipWork? Work)> StartAsync(
        DateOnly studyDay, Guid clipId, int generation, string status, bool alone, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (worker, liveSince) = (_lease.WorkerId, _lease.LiveSince(now));
        await using var ledger = open();
        var started = await ledger.Clips.FromSql($"""
            UPDATE clips
            SET starts = CASE WHEN worker_id = {worker} THEN starts ELSE starts + 1 END,
                worker_id = {worker}, publishes = 0, not_before = {_lease.StartedUntil(now)}
            WHERE study_day = {studyDay} AND clip_id = {clipId} AND generation = {generation} AND status = {status}
              AND (worker_id = {worker} OR (starts < {(alone ? attempts.MaxStarts : 1)} AND (worker_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM workers WHERE workers.worker_id = clips.worker_id AND workers.heartbeat_at > {liveSince}))))
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellation).ConfigureAwait(false);
        if (started is [var row])
            return (StartOutcome.Started, WorkOf(row));

        var other = await ledger.Clips.AsNoTracking()
            .SingleOrDefaultAsync(
                clip => clip.StudyDay == studyDay && clip.ClipId == clipId && clip.Generation == generation && clip.Status == status, cancellation)
            .ConfigureAwait(false);
        if (other is null)
            return (StartOutcome.Stale, null);
        var live = other.WorkerId is not null
            && await ledger.Workers.AnyAsync(one => one.WorkerId == other.WorkerId && one.HeartbeatAt > liveSince, cancellation).ConfigureAwait(false);
        return (StartDecision.WhyRefused(live, other.Starts, alone, attempts.MaxStarts), WorkOf(other));
    }

    /// <summary>Ends an attempt that was interrupted by a graceful stop: it does not count, and its message goes back to the queue.</summary>
    public async Task InterruptAsync(ClipWork work, string status)
    {
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        await At(ledger, work, status)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.Publishes, 1)
                .SetProperty(clip => clip.NotBefore, until), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Ends an attempt that this worker could not make, for want of the bundle: it does not count, and is offered again later.</summary>
    public async Task PostponeAsync(ClipWork work, string status, TimeSpan by, CancellationToken cancellation)
    {
        var notBefore = clock.GetUtcNow().UtcDateTime + by;
        await using var ledger = open();
        await At(ledger, work, status)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.NotBefore, notBefore), cancellation).ConfigureAwait(false);
    }

    /// <summary>cut → extracted.</summary>
    public async Task<bool> ExtractAsync(ClipWork work, string featuresKey, string sha256, CancellationToken cancellation)
    {
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        return await At(ledger, work, WorkStatus.Cut)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Status, WorkStatus.Extracted)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.Publishes, 1)
                .SetProperty(clip => clip.NotBefore, until)
                .SetProperty(clip => clip.FeaturesKey, featuresKey)
                .SetProperty(clip => clip.FeaturesSha256, sha256)
                .SetProperty(clip => clip.Starts, 0), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>extracted → done, with its prediction.</summary>
    public async Task<bool> PredictAsync(
        ClipWork work, string bundleId, string variant, ClassProbabilities probabilities, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        if (ledger.Database.IsNpgsql())
        {
            // One round trip: SQLite, which has none to save, does not know the like.
            return (await ledger.Database.SqlQuery<int>($"""
                WITH moved AS (
                    UPDATE clips SET status = {WorkStatus.Done}, starts = 0, worker_id = NULL, not_before = NULL, finished_at = {now}
                    WHERE study_day = {work.StudyDay} AND clip_id = {work.ClipId} AND generation = {work.Generation} AND status = {WorkStatus.Extracted}
                      AND worker_id IS NOT DISTINCT FROM {work.WorkerId}
                    RETURNING study_day, clip_id, video_id, clip_index, generation
                ), added AS (
                    INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
                    SELECT study_day, clip_id, {bundleId}, {variant}, generation, video_id, clip_index,
                           {probabilities.Covid}, {probabilities.Pneumonia}, {probabilities.Healthy}, {now}
                    FROM moved
                    ON CONFLICT DO NOTHING
                )
                SELECT count(*)::int AS "Value" FROM moved
                """).ToListAsync(cancellation).ConfigureAwait(false)).Single() == 1;
        }
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var moved = await At(ledger, work, WorkStatus.Extracted)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Status, WorkStatus.Done)
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.NotBefore, (DateTime?)null)
                .SetProperty(clip => clip.FinishedAt, now), cancellation).ConfigureAwait(false) == 1;
        if (moved)
        {
            await ledger.Database.ExecuteSqlAsync($"""
                INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
                VALUES ({work.StudyDay}, {work.ClipId}, {bundleId}, {variant}, {work.Generation}, {work.VideoId}, {work.ClipIndex},
                        {probabilities.Covid}, {probabilities.Pneumonia}, {probabilities.Healthy}, {now})
                ON CONFLICT DO NOTHING
                """, cancellation).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return moved;
    }

    /// <summary>→ failed: our fault.</summary>
    public async Task<bool> FailAsync(ClipWork work, string status, string reason, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return await At(ledger, work, status)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Status, WorkStatus.Failed)
                .SetProperty(clip => clip.Reason, reason)
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.NotBefore, (DateTime?)null)
                .SetProperty(clip => clip.FinishedAt, now), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>Whether there have been enough attempts that failed or found their object gone.</summary>
    public bool IsSpent(ClipWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return work.Retries >= attempts.MaxRetries;
    }

    /// <summary>Plans another attempt at the stage, unless another worker has it. False when there have been enough.</summary>
    public async Task<bool> RetryAsync(ClipWork work, string status, CancellationToken cancellation)
    {
        if (IsSpent(work))
            return false;
        var notBefore = clock.GetUtcNow().UtcDateTime + (attempts.RetryDelay * Math.Pow(2, work.Retries));
        await using var ledger = open();
        await At(ledger, work, status)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.Retries, clip => clip.Retries + 1)
                .SetProperty(clip => clip.NotBefore, notBefore), cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>cut or extracted → found: the stage's object is gone. It counts as a retry.</summary>
    public async Task<bool> StepBackAsync(ClipWork work, string status, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await At(ledger, work, status)
            .ExecuteUpdateAsync(set => set
                .SetProperty(clip => clip.Status, WorkStatus.Found)
                .SetProperty(clip => clip.Starts, 0)
                .SetProperty(clip => clip.Retries, clip => clip.Retries + 1)
                .SetProperty(clip => clip.WorkerId, (Guid?)null)
                .SetProperty(clip => clip.NotBefore, (DateTime?)null), cancellation).ConfigureAwait(false) == 1;
    }

    internal static ClipWork WorkOf(ClipRow row) =>
        new(row.StudyDay, row.ClipId, row.VideoId, row.ClipIndex, row.Generation, row.Retries) { WorkerId = row.WorkerId };

    private static IQueryable<ClipRow> At(LedgerContext ledger, ClipWork work, string status) => ledger.Clips
        .Where(clip => clip.StudyDay == work.StudyDay && clip.ClipId == work.ClipId
            && clip.Generation == work.Generation && clip.Status == status && clip.WorkerId == work.WorkerId);
}
