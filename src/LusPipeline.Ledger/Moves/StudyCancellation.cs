using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>What cancelling a study moved; all zero when nothing of it waited.</summary>
/// <param name="Running">Of these videos and clips, those that a worker had in work: its next move finds them cancelled.</param>
public sealed record CancelledWork(bool Study, int Videos, int Clips, int Running);

/// <summary>Cancels what of a study waits or runs, and what comes to it later. What is done stays; a replay brings the rest back.</summary>
public sealed class StudyCancellation(Func<LedgerContext> open, TimeProvider clock)
{
    /// <param name="studyDay">The study's, part of its clips' keys.</param>
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
        var cancelledClips = await clips.ExecuteUpdateAsync(set => set
            .SetProperty(clip => clip.Status, WorkStatus.Cancelled)
            .SetProperty(clip => clip.Reason, ReasonCode.Cancelled)
            .SetProperty(clip => clip.Starts, 0)
            .SetProperty(clip => clip.WorkerId, (Guid?)null)
            .SetProperty(clip => clip.NotBefore, (DateTime?)null)
            .SetProperty(clip => clip.FinishedAt, now), cancellation).ConfigureAwait(false);
        var cancelledStudy = await ledger.Studies.Where(study => study.StudyId == studyId && study.Status == WorkStatus.Open)
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Cancelled)
                .SetProperty(study => study.CompletedAt, now)
                .SetProperty(study => study.CompletableAt, (DateTime?)null)
                .SetProperty(study => study.CheckAt, (DateTime?)null), cancellation).ConfigureAwait(false) == 1;
        // The study's row has waited for a video that came at the same moment; one that comes now finds the study cancelled.
        cancelledVideos += await CancelAsync(videos, now, cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return new(cancelledStudy, cancelledVideos, cancelledClips, running);
    }

    internal static Task<int> CancelAsync(IQueryable<VideoRow> videos, DateTime now, CancellationToken cancellation) => videos
        .ExecuteUpdateAsync(set => set
            .SetProperty(video => video.Status, WorkStatus.Cancelled)
            .SetProperty(video => video.Reason, ReasonCode.Cancelled)
            .SetProperty(video => video.Starts, 0)
            .SetProperty(video => video.WorkerId, (Guid?)null)
            .SetProperty(video => video.NotBefore, (DateTime?)null)
            .SetProperty(video => video.FinishedAt, now), cancellation);
}
