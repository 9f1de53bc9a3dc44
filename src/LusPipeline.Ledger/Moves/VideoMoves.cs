using System.Linq.Expressions;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>
/// Moves of a video's row. Each compares generation and status in the same statement that sets them, and says whether it won.
/// A move that follows a start compares the worker too: a worker that was paused past its lease cannot move what another worker has started since.
/// </summary>
public sealed class VideoMoves(Func<LedgerContext> open, TimeProvider clock, AttemptOptions attempts, WorkLease? lease = null)
{
    private readonly WorkLease _lease = lease ?? WorkLease.None;

    /// <summary>
    /// Records the start of an attempt at ingest. Work that this worker has already, after an outage that kept its end from the ledger,
    /// starts again without counting.
    /// </summary>
    /// <param name="alone">Nothing else of the stage is in work in this process: a crash would be this work's own.</param>
    public async Task<(StartOutcome Outcome, VideoWork? Work)> StartAsync(
        Guid videoId, int generation, bool alone, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (worker, liveSince) = (_lease.WorkerId, _lease.LiveSince(now));
        await using var ledger = open();
        var started = await ledger.Videos.FromSql($"""
            UPDATE videos
            SET starts = CASE WHEN worker_id = {worker} THEN starts ELSE starts + 1 END,
                worker_id = {worker}, publishes = 0, not_before = {_lease.StartedUntil(now)}, started_at = COALESCE(started_at, {now})
            WHERE video_id = {videoId} AND generation = {generation} AND status = {WorkStatus.Found}
              AND (worker_id = {worker} OR (starts < {(alone ? attempts.MaxStarts : 1)} AND (worker_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM workers WHERE workers.worker_id = videos.worker_id AND workers.heartbeat_at > {liveSince}))))
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellation).ConfigureAwait(false);
        if (started is [var row])
        {
            return (StartOutcome.Started, WorkOf(row) with
            {
                CutBefore = row.Starts == 1 ? null : await ledger.Clips.Where(clip => clip.VideoId == videoId && clip.Generation == generation)
                    .Select(clip => clip.ClipId).ToHashSetAsync(cancellation).ConfigureAwait(false),
            });
        }

        var other = await Waiting(ledger, videoId, generation).AsNoTracking().SingleOrDefaultAsync(cancellation).ConfigureAwait(false);
        if (other is null)
            return (StartOutcome.Stale, null);
        var live = other.WorkerId is not null
            && await ledger.Workers.AnyAsync(one => one.WorkerId == other.WorkerId && one.HeartbeatAt > liveSince, cancellation).ConfigureAwait(false);
        return (StartDecision.WhyRefused(live, other.Starts, alone, attempts.MaxStarts), WorkOf(other));
    }

    /// <summary>Ends an attempt that was interrupted by a graceful stop: it does not count, and its message goes back to the queue.</summary>
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

    /// <summary>Ends an attempt that this worker could not make, for want of the bundle: it does not count, and is offered again later.</summary>
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
    /// To be called when a clip is cut, before its row is written. One that no attempt before had cut is progress, so that none of them says anything against the
    /// video: this attempt counts as its first.
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

    /// <summary>found → cut: all clips are objects with rows.</summary>
    public async Task<bool> CutAsync(VideoWork work, DecodedFacts facts, int clips, CancellationToken cancellation)
    {
        // The sweeper looks at a cut video from then on: the end of its last clip may have been lost.
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

    /// <summary>found → rejected: the input's fault.</summary>
    /// <param name="limit">The value of the limit that was hit, if one was.</param>
    public async Task<bool> RejectAsync(VideoWork work, string reason, string detail, long? limit, CancellationToken cancellation) =>
        await FinishAsync(IsAttempt(work), WorkStatus.Rejected, reason, detail, limit, cancellation).ConfigureAwait(false);

    /// <summary>found or cut → failed: our fault, in an attempt at ingest.</summary>
    public async Task<bool> FailAsync(VideoWork work, string reason, string detail, CancellationToken cancellation) =>
        await FinishAsync(IsAttempt(work), WorkStatus.Failed, reason, detail, null, cancellation).ConfigureAwait(false);

    /// <summary>found or cut → failed: our fault, in one of its clips. Whoever is cutting the video does not matter.</summary>
    public async Task<bool> FailAsync(Guid videoId, int generation, string reason, string detail, CancellationToken cancellation) =>
        await FinishAsync(
            video => video.VideoId == videoId && video.Generation == generation, WorkStatus.Failed, reason, detail, null, cancellation).ConfigureAwait(false);

    /// <summary>Plans another attempt, unless another worker has it. False when there have been enough.</summary>
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

    /// <summary>cut → found: a clip's frames are gone, so ingest has to cut them again.</summary>
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

    /// <summary>cut → found, where a clip stepped back and the video was not told: it was still being cut, or the process died between the two.</summary>
    /// <returns>Videos that moved.</returns>
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

    /// <summary>cut → done, once every clip of the generation is done.</summary>
    public async Task<bool> CompleteAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
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
        await using var ledger = open();
        return await ledger.Videos
            .Where(which).Where(video => video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Status, status)
                .SetProperty(video => video.Reason, reason)
                .SetProperty(video => video.Detail, detail)
                .SetProperty(video => video.LimitHit, limit)
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.NotBefore, (DateTime?)null)
                .SetProperty(video => video.FinishedAt, now), cancellation).ConfigureAwait(false) == 1;
    }

    internal static VideoWork WorkOf(VideoRow row) => new(
        row.VideoId, row.StudyId, row.StudyDay, row.Generation, row.ObjectKey, row.Content, row.Tag, row.Size,
        ClipPlan.From(row.PlanKind, row.ClipFrames, TimeSpan.FromTicks(row.WindowTicks), TimeSpan.FromTicks(row.StrideTicks)),
        row.BundleId, row.Variant, row.TraceParent, row.Retries)
    {
        WorkerId = row.WorkerId,
    };

    private static Expression<Func<VideoRow, bool>> IsAttempt(VideoWork work) =>
        video => video.VideoId == work.VideoId && video.Generation == work.Generation && video.WorkerId == work.WorkerId;

    private static IQueryable<VideoRow> At(LedgerContext ledger, VideoWork work) =>
        ledger.Videos.Where(IsAttempt(work)).Where(video => video.Status == WorkStatus.Found);

    private static IQueryable<VideoRow> Waiting(LedgerContext ledger, Guid videoId, int generation) => ledger.Videos
        .Where(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Found);
}
