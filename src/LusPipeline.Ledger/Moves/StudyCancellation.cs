using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>What the cancellation of a study moved. All values are zero if nothing waited.</summary>
/// <param name="Running">How many of these videos and clips a worker was running. The worker notices the cancellation at its next move.</param>
public sealed record CancelledWork(bool Study, int Videos, int Clips, int Running);

/// <summary>
/// Cancels all work of a study that waits or runs, and videos that arrive later. Finished work stays. A replay starts the cancelled work
/// again.
/// </summary>
public sealed class StudyCancellation(Func<LedgerContext> open, TimeProvider clock)
{
    /// <param name="studyDay">The day of the study, which is part of its clips' keys.</param>
    public async Task<CancelledWork> CancelAsync(Guid studyId, DateOnly studyDay, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var videos = ledger.Videos.Where(video => video.StudyId == studyId && (video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut));
        var clips = ledger.Clips.Where(clip => clip.StudyDay == studyDay && ledger.Videos.Any(video => video.VideoId == clip.VideoId && video.StudyId == studyId)
            && (clip.Status == WorkStatus.Found || clip.Status == WorkStatus.Cut || clip.Status == WorkStatus.Extracted));
        var running = await videos.CountAsync(video => video.WorkerId != null, cancellation).ConfigureAwait(false)
            + await clips.CountAsync(clip => clip.WorkerId != null, cancellation).ConfigureAwait(false);
        var cancelledVideos = await CancelAsync(videos, now, cancellation).ConfigureAwait(false);
        var cancelledClips = await CancelAsync(clips, now, cancellation).ConfigureAwait(false);
        var cancelledStudy = await ledger.Studies.Where(study => study.StudyId == studyId && study.Status == WorkStatus.Open)
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Cancelled)
                .SetProperty(study => study.CompletedAt, now)
                .SetProperty(study => study.CompletableAt, (DateTime?)null)
                .SetProperty(study => study.CheckAt, (DateTime?)null), cancellation).ConfigureAwait(false) == 1;
        // The update of the study's row waited for any video that was registered at the same moment. A video that is registered from now
        // on finds the study cancelled.
        cancelledVideos += await CancelAsync(videos, now, cancellation).ConfigureAwait(false);
        await AuditTrail.AppendAsync(
            ledger, AuditAction.Cancel, studyId, now,
            new Dictionary<string, long> { ["studies"] = cancelledStudy ? 1 : 0, ["videos"] = cancelledVideos, ["clips"] = cancelledClips },
            cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return new(cancelledStudy, cancelledVideos, cancelledClips, running);
    }

    internal static Task<int> CancelAsync(IQueryable<ClipRow> clips, DateTime now, CancellationToken cancellation) => clips
        .ExecuteUpdateAsync(set => set
            .SetProperty(clip => clip.Status, WorkStatus.Cancelled)
            .SetProperty(clip => clip.Reason, ReasonCode.Cancelled)
            .SetProperty(clip => clip.Starts, 0)
            .SetProperty(clip => clip.WorkerId, (Guid?)null)
            .SetProperty(clip => clip.NotBefore, (DateTime?)null)
            .SetProperty(clip => clip.FinishedAt, now), cancellation);

    internal static Task<int> CancelAsync(IQueryable<VideoRow> videos, DateTime now, CancellationToken cancellation) => videos
        .ExecuteUpdateAsync(set => set
            .SetProperty(video => video.Status, WorkStatus.Cancelled)
            .SetProperty(video => video.Reason, ReasonCode.Cancelled)
            .SetProperty(video => video.Starts, 0)
            .SetProperty(video => video.WorkerId, (Guid?)null)
            .SetProperty(video => video.NotBefore, (DateTime?)null)
            .SetProperty(video => video.FinishedAt, now), cancellation);
}
