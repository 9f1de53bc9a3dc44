using System.Linq.Expressions;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>
/// Moves of a clip's row. Each move compares generation and status in the same statement that sets them, and returns whether the row was
/// moved. A move after a start compares the worker's id too: a worker that was paused past its lease cannot move a row that another worker
/// has started since.
/// </summary>
public sealed class ClipMoves(Func<LedgerContext> open, TimeProvider clock, AttemptOptions attempts, WorkLease? lease = null)
{
    private readonly WorkLease _lease = lease ?? WorkLease.None;

    /// <summary>
    /// Records that the frames of a clip are stored. Returns false if this generation of the clip is already past that, or if the video is
    /// final, was replayed or is of another epoch. It does not compare the video's worker: two attempts at a video write the same frames, and
    /// the caller deletes them when this returns false. A clip that a features worker has started stays with that worker.
    /// </summary>
    /// <param name="framesSha256">sha256 of the frames object, lower-case hex.</param>
    public async Task<bool> CutAsync(VideoWork video, Guid clipId, int index, string framesSha256, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        // PostgreSQL locks the video's row. A cancellation or replay of the video that has not committed yet is waited for, and the next one
        // finds the clip. Otherwise this could add a clip that waits although its video does not. SQLite has one writer at a time.
        return await ledger.Database.ExecuteSqlAsync(SqlForPostgres.Uncomment(ledger, $"""
            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, starts, retries, cut_at, publishes, not_before,
                               frames_sha256)
            SELECT {video.StudyDay}, {clipId}, {video.VideoId}, {index}, {video.Generation}, {WorkStatus.Cut}, 0, 0, {now}, 1, {_lease.PublishedUntil(now)},
                   {framesSha256}
            FROM videos
            WHERE video_id = {video.VideoId} AND generation = {video.Generation} AND epoch = {video.Epoch} AND status IN ({WorkStatus.Found}, {WorkStatus.Cut})
            /*PostgreSQL: FOR SHARE */
            ON CONFLICT (study_day, clip_id) DO UPDATE
            SET generation = excluded.generation, status = excluded.status, reason = NULL, frames_sha256 = excluded.frames_sha256,
                features_key = NULL, features_sha256 = NULL,
                starts = CASE WHEN clips.generation = excluded.generation THEN clips.starts ELSE 0 END,
                retries = CASE WHEN clips.generation = excluded.generation THEN clips.retries ELSE 0 END,
                not_before = excluded.not_before, publishes = 1,
                worker_id = CASE WHEN clips.generation = excluded.generation THEN clips.worker_id ELSE NULL END, cut_at = excluded.cut_at, finished_at = NULL
            WHERE clips.generation < excluded.generation
               OR (clips.generation = excluded.generation AND clips.status IN ({WorkStatus.Found}, {WorkStatus.Cut}))
            """), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// Records the start of an attempt at the stage that waits for <paramref name="status"/>. If this worker still owns the row, because an
    /// outage kept it from recording the end of the last attempt, the row starts again without counting.
    /// </summary>
    /// <param name="alone">Whether no other attempt of the stage runs in this process. Only this attempt can then be the cause of a crash.</param>
    public async Task<(StartOutcome Outcome, ClipWork? Work)> StartAsync(
        DateOnly studyDay, Guid clipId, int generation, string status, bool alone, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (worker, liveSince) = (_lease.WorkerId, _lease.LiveSince(now));
        await using var ledger = open();
        // The statement also returns what the attempt needs of the video's and the study's row, so that a start takes one round trip.
        var started = await ledger.Database.SqlQuery<ClipWork>($"""
            UPDATE clips
            SET starts = CASE WHEN worker_id = {worker} THEN starts ELSE starts + 1 END,
                worker_id = {worker}, publishes = 0, not_before = {_lease.StartedUntil(now)}
            WHERE study_day = {studyDay} AND clip_id = {clipId} AND generation = {generation} AND status = {status}
              AND (worker_id = {worker} OR (starts < {(alone ? attempts.MaxStarts : 1)} AND (worker_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM workers WHERE workers.worker_id = clips.worker_id AND workers.heartbeat_at > {liveSince}))))
            RETURNING study_day, clip_id, video_id, clip_index, generation, retries, worker_id, starts, frames_sha256, features_key, features_sha256,
                (SELECT study_id FROM videos WHERE videos.video_id = clips.video_id) AS study_id,
                (SELECT bundle_id FROM videos WHERE videos.video_id = clips.video_id) AS bundle_id,
                (SELECT variant FROM videos WHERE videos.video_id = clips.video_id) AS variant,
                (SELECT trace_parent FROM videos WHERE videos.video_id = clips.video_id) AS trace_parent,
                (SELECT urgent FROM studies JOIN videos ON videos.study_id = studies.study_id WHERE videos.video_id = clips.video_id) AS urgent
            """).ToListAsync(cancellation).ConfigureAwait(false);
        if (started is [var work])
            return (StartOutcome.Started, work);

        var other = await Waiting(ledger, studyDay, clipId, generation, status).Select(ToWork).SingleOrDefaultAsync(cancellation).ConfigureAwait(false);
        if (other is null)
            return (StartOutcome.Stale, null);
        var live = await _lease.IsOwnedAsync(ledger, other.WorkerId, now, cancellation).ConfigureAwait(false);
        return (StartDecision.WhyRefused(live, other.Starts, alone, attempts.MaxStarts), other);
    }

    /// <summary>Ends an attempt that a graceful stop interrupted. The attempt does not count, and its message goes back to the queue.</summary>
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

    /// <summary>
    /// Ends an attempt that this worker could not make because it lacks the bundle. The attempt does not count, and the work is offered
    /// again later.
    /// </summary>
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

    /// <summary>cut → extracted. Records the clip's features object.</summary>
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

    /// <summary>extracted → done. Stores the prediction.</summary>
    public async Task<bool> PredictAsync(ClipWork work, ClassProbabilities probabilities, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        if (ledger.Database.IsNpgsql())
        {
            // One statement for PostgreSQL saves a round trip. SQLite has no such statement, and no round trips to save.
            return (await ledger.Database.SqlQuery<int>($"""
                WITH moved AS (
                    UPDATE clips SET status = {WorkStatus.Done}, starts = 0, worker_id = NULL, not_before = NULL, finished_at = {now}
                    WHERE study_day = {work.StudyDay} AND clip_id = {work.ClipId} AND generation = {work.Generation} AND status = {WorkStatus.Extracted}
                      AND worker_id IS NOT DISTINCT FROM {work.WorkerId}
                    RETURNING study_day, clip_id, video_id, clip_index, generation
                ), added AS (
                    INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
                    SELECT study_day, clip_id, {work.BundleId}, {work.Variant}, generation, video_id, clip_index,
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
                VALUES ({work.StudyDay}, {work.ClipId}, {work.BundleId}, {work.Variant}, {work.Generation}, {work.VideoId}, {work.ClipIndex},
                        {probabilities.Covid}, {probabilities.Pneumonia}, {probabilities.Healthy}, {now})
                ON CONFLICT DO NOTHING
                """, cancellation).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return moved;
    }

    /// <summary>cut or extracted → failed. The pipeline failed, not the input.</summary>
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

    /// <summary>Whether the clip has used up its retries. Failures and missing objects both count.</summary>
    public bool IsSpent(ClipWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return work.Retries >= attempts.MaxRetries;
    }

    /// <summary>Plans another attempt at the stage, unless another worker owns the row. Returns false when the retries are used up.</summary>
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

    /// <summary>cut or extracted → found, because the object that the stage reads is missing. This counts as a retry.</summary>
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

    /// <summary>Whether the clip has a row. It has none if its study was erased since the attempt began.</summary>
    public async Task<bool> ExistsAsync(ClipWork work, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Clips.AnyAsync(clip => clip.StudyDay == work.StudyDay && clip.ClipId == work.ClipId, cancellation).ConfigureAwait(false);
    }

    /// <summary>Selects the columns that make a <see cref="ClipWork"/> from a row that is not started.</summary>
    internal static Expression<Func<ClipRow, ClipWork>> ToWork { get; } = clip => new ClipWork(
        clip.StudyDay, clip.ClipId, clip.VideoId, clip.Video!.StudyId, clip.ClipIndex, clip.Generation, clip.Retries,
        clip.Video.BundleId, clip.Video.Variant, clip.Video.TraceParent)
    {
        WorkerId = clip.WorkerId,
        Starts = clip.Starts,
        Urgent = clip.Video.Study!.Urgent,
        FramesSha256 = clip.FramesSha256,
        FeaturesKey = clip.FeaturesKey,
        FeaturesSha256 = clip.FeaturesSha256,
    };

    /// <summary>This generation of a clip, if it waits for the stage that takes <paramref name="status"/>.</summary>
    internal static IQueryable<ClipRow> Waiting(LedgerContext ledger, DateOnly studyDay, Guid clipId, int generation, string status) => ledger.Clips
        .Where(clip => clip.StudyDay == studyDay && clip.ClipId == clipId && clip.Generation == generation && clip.Status == status);

    private static IQueryable<ClipRow> At(LedgerContext ledger, ClipWork work, string status) => ledger.Clips
        .Where(clip => clip.StudyDay == work.StudyDay && clip.ClipId == work.ClipId
            && clip.Generation == work.Generation && clip.Status == status && clip.WorkerId == work.WorkerId);
}
