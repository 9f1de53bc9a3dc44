using System.Linq.Expressions;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>
/// Moves of a video's row. Each move compares generation and status in the same statement that sets them, and returns whether the row was
/// moved. A move after a start compares the worker's id and the generation's epoch too: a worker that was paused past its lease cannot move
/// a row that another worker has started since, nor one of another epoch.
/// </summary>
public sealed class VideoMoves(Func<LedgerContext> open, TimeProvider clock, AttemptOptions attempts, WorkLease? lease = null)
{
    /// <summary>The largest number of characters of a rejection's or failure's detail that is stored.</summary>
    private const int LongestDetail = 2000;

    private readonly WorkLease _lease = lease ?? WorkLease.None;

    /// <summary>
    /// Records the start of an attempt at ingest. If this worker still owns the row, because an outage kept it from recording the end of
    /// the last attempt, the row starts again without counting.
    /// </summary>
    /// <param name="alone">Whether no other attempt of the stage runs in this process. Only this attempt can then be the cause of a crash.</param>
    public async Task<(StartOutcome Outcome, VideoWork? Work)> StartAsync(
        Guid videoId, int generation, bool alone, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (worker, liveSince) = (_lease.WorkerId, _lease.LiveSince(now));
        await using var ledger = open();
        var started = await ledger.Database.SqlQuery<StartedVideo>($"""
            UPDATE videos
            SET starts = CASE WHEN worker_id = {worker} THEN starts ELSE starts + 1 END,
                worker_id = {worker}, publishes = 0, not_before = {_lease.StartedUntil(now)}, started_at = COALESCE(started_at, {now})
            WHERE video_id = {videoId} AND generation = {generation} AND status = {WorkStatus.Found}
              AND (worker_id = {worker} OR (starts < {(alone ? attempts.MaxStarts : 1)} AND (worker_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM workers WHERE workers.worker_id = videos.worker_id AND workers.heartbeat_at > {liveSince}))))
            RETURNING video_id, study_id, study_day, generation, object_key, content, tag, size, plan_kind, clip_frames, window_ticks, stride_ticks,
                bundle_id, variant, trace_parent, retries, starts, worker_id, epoch,
                (SELECT urgent FROM studies WHERE studies.study_id = videos.study_id) AS urgent
            """).ToListAsync(cancellation).ConfigureAwait(false);
        if (started is [var row])
        {
            return (StartOutcome.Started, row.Work() with
            {
                CutBefore = row.Starts == 1 ? null : await ledger.Clips.Where(clip => clip.VideoId == videoId && clip.Generation == generation)
                    .Select(clip => clip.ClipId).ToHashSetAsync(cancellation).ConfigureAwait(false),
            });
        }

        var other = await Waiting(ledger, videoId, generation).Select(ToStarted).SingleOrDefaultAsync(cancellation).ConfigureAwait(false);
        if (other is null)
            return (StartOutcome.Stale, null);
        var live = await _lease.IsOwnedAsync(ledger, other.WorkerId, now, cancellation).ConfigureAwait(false);
        return (StartDecision.WhyRefused(live, other.Starts, alone, attempts.MaxStarts), other.Work());
    }

    /// <summary>Ends an attempt that a graceful stop interrupted. The attempt does not count, and its message goes back to the queue.</summary>
    public async Task InterruptAsync(VideoWork work)
    {
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        await At(ledger, work)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.Publishes, 1)
                .SetProperty(video => video.NotBefore, until), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends an attempt that this worker could not make because it lacks the bundle. The attempt does not count, and the work is offered
    /// again later.
    /// </summary>
    public async Task PostponeAsync(VideoWork work, TimeSpan by, CancellationToken cancellation)
    {
        var notBefore = clock.GetUtcNow().UtcDateTime + by;
        await using var ledger = open();
        await At(ledger, work)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.NotBefore, notBefore), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Call this when a clip is cut, before its row is written. A clip that no earlier attempt had cut is progress. Earlier attempts then
    /// no longer count against the video, and this attempt counts as its first.
    /// </summary>
    public async Task GotFurtherAsync(VideoWork work, Guid clipId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (work.CutBefore?.Contains(clipId) != false)
            return;
        await using var ledger = open();
        await At(ledger, work).Where(video => video.Starts > 1)
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.Starts, 1), cancellation).ConfigureAwait(false);
    }

    /// <summary>found → cut. All clips are stored and have rows.</summary>
    public async Task<bool> CutAsync(VideoWork work, DecodedFacts facts, int clips, CancellationToken cancellation)
    {
        // The sweeper checks a cut video from this time on, because the end of its last clip may have been lost.
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        return await At(ledger, work)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Status, WorkStatus.Cut)
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.NotBefore, until)
                .SetProperty(video => video.Codec, facts.Codec)
                .SetProperty(video => video.Width, facts.Width)
                .SetProperty(video => video.Height, facts.Height)
                .SetProperty(video => video.Frames, facts.Frames)
                .SetProperty(video => video.DurationTicks, facts.Duration == null ? null : facts.Duration.Value.Ticks)
                .SetProperty(video => video.Warnings, string.Join(',', facts.Warnings))
                .SetProperty(video => video.Clips, clips), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>found → rejected. The input is at fault.</summary>
    /// <param name="limit">The value of the limit that the video exceeded; null if none.</param>
    public async Task<bool> RejectAsync(VideoWork work, string reason, string detail, long? limit, CancellationToken cancellation) =>
        await FinishAsync(IsAttempt(work), WorkStatus.Rejected, reason, detail, limit, cancellation).ConfigureAwait(false);

    /// <summary>found or cut → failed, in an attempt at ingest. The pipeline failed, not the input.</summary>
    public async Task<bool> FailAsync(VideoWork work, string reason, string detail, CancellationToken cancellation) =>
        await FinishAsync(IsAttempt(work), WorkStatus.Failed, reason, detail, null, cancellation).ConfigureAwait(false);

    /// <summary>found or cut → failed, because one of the clips failed. This does not compare the worker that cuts the video.</summary>
    public async Task<bool> FailAsync(Guid videoId, int generation, string reason, string detail, CancellationToken cancellation) =>
        await FinishAsync(
            video => video.VideoId == videoId && video.Generation == generation, WorkStatus.Failed, reason, detail, null, cancellation).ConfigureAwait(false);

    /// <summary>Plans another attempt, unless another worker owns the row. Returns false when the retries are used up.</summary>
    public async Task<bool> RetryAsync(VideoWork work, CancellationToken cancellation)
    {
        if (work.Retries >= attempts.MaxRetries)
            return false;
        var notBefore = clock.GetUtcNow().UtcDateTime + (attempts.RetryDelay * Math.Pow(2, work.Retries));
        await using var ledger = open();
        await At(ledger, work)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.Retries, video => video.Retries + 1)
                .SetProperty(video => video.NotBefore, notBefore), cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>cut → found. The frames of a clip are missing, so ingest has to cut them again.</summary>
    public async Task<bool> StepBackAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        await using var ledger = open();
        return await ledger.Videos
            .Where(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Cut)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Status, WorkStatus.Found)
                .SetProperty(video => video.Publishes, 1)
                .SetProperty(video => video.NotBefore, until), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// cut → found for videos with a clip that stepped back while the video did not: the video was still being cut, or the process died
    /// between the two moves.
    /// </summary>
    /// <returns>The number of videos that moved.</returns>
    public async Task<int> StepBackIncompleteAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        var until = _lease.PublishedUntil(clock.GetUtcNow().UtcDateTime);
        var moved = 0;
        await using var ledger = open();
        foreach (var chunk in videoIds.Chunk(500))
        {
            moved += await ledger.Videos
                .Where(video => chunk.Contains(video.VideoId) && video.Status == WorkStatus.Cut
                    && ledger.Clips.Any(clip =>
                        clip.VideoId == video.VideoId && clip.Generation == video.Generation && clip.Status == WorkStatus.Found))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(video => video.Status, WorkStatus.Found)
                    .SetProperty(video => video.Publishes, 1)
                    .SetProperty(video => video.NotBefore, until), cancellation).ConfigureAwait(false);
        }
        return moved;
    }

    /// <summary>cut → done, once every clip of the generation is done. A result that is told survives a power cut.</summary>
    public async Task<bool> CompleteAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        await SqlitePragmas.SyncCommitsAsync(ledger, cancellation).ConfigureAwait(false);
        return await ledger.Videos
            .Where(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Cut
                && video.Clips == ledger.Clips.Count(clip =>
                    clip.VideoId == videoId && clip.Generation == generation && clip.Status == WorkStatus.Done))
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Status, WorkStatus.Done)
                .SetProperty(video => video.NotBefore, (DateTime?)null)
                .SetProperty(video => video.FinishedAt, now), cancellation).ConfigureAwait(false) == 1;
    }

    private async Task<bool> FinishAsync(
        Expression<Func<VideoRow, bool>> which, string status, string reason, string detail, long? limit, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var plain = PlainText.Clean(detail, LongestDetail);
        await using var ledger = open();
        await SqlitePragmas.SyncCommitsAsync(ledger, cancellation).ConfigureAwait(false);
        return await ledger.Videos
            .Where(which).Where(video => video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Status, status)
                .SetProperty(video => video.Reason, reason)
                .SetProperty(video => video.Detail, plain)
                .SetProperty(video => video.LimitHit, limit)
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.NotBefore, (DateTime?)null)
                .SetProperty(video => video.FinishedAt, now), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>Selects the columns that make a <see cref="StartedVideo"/> from a row that is not started.</summary>
    internal static Expression<Func<VideoRow, StartedVideo>> ToStarted { get; } = video => new StartedVideo(
        video.VideoId, video.StudyId, video.StudyDay, video.Generation, video.ObjectKey, video.Content, video.Tag, video.Size,
        video.PlanKind, video.ClipFrames, video.WindowTicks, video.StrideTicks, video.BundleId, video.Variant, video.TraceParent, video.Retries,
        video.Starts, video.WorkerId, video.Study!.Urgent, video.Epoch);

    private static Expression<Func<VideoRow, bool>> IsAttempt(VideoWork work) =>
        video => video.VideoId == work.VideoId && video.Generation == work.Generation && video.Epoch == work.Epoch && video.WorkerId == work.WorkerId;

    private static IQueryable<VideoRow> At(LedgerContext ledger, VideoWork work) =>
        ledger.Videos.Where(IsAttempt(work)).Where(video => video.Status == WorkStatus.Found);

    /// <summary>This generation of a video, if it waits for ingest.</summary>
    internal static IQueryable<VideoRow> Waiting(LedgerContext ledger, Guid videoId, int generation) => ledger.Videos
        .Where(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Found);
}
