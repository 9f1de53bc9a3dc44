using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Settlement;

/// <summary>Settles videos that are cut and whose last step was lost: all clips are done, or one failed, or a row is missing.</summary>
public sealed class VideoSettlement(Func<LedgerContext> open, TimeProvider clock, VideoMoves videos, Completion completion, SweepOptions options)
{
    /// <summary>Looks at cut videos that have not been looked at for a while.</summary>
    /// <returns>Videos to be cut again.</returns>
    public async Task<IReadOnlyList<VideoFound>> SettleDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        List<Due> due;
        await using (var ledger = open())
        {
            due = await ledger.Videos
                .Where(video => video.Status == WorkStatus.Cut && video.NotBefore <= now)
                .OrderBy(video => video.NotBefore).Take(options.Batch)
                .Select(video => new Due(
                    video.VideoId, video.StudyId, video.StudyDay, video.Generation, video.Study!.Urgent,
                    ledger.Clips.Any(clip => clip.VideoId == video.VideoId && clip.Generation == video.Generation
                        && (clip.Status == WorkStatus.Cut || clip.Status == WorkStatus.Extracted))))
                .ToListAsync(cancellation).ConfigureAwait(false);
            var busy = due.Where(video => video.Busy).Select(video => video.VideoId).ToList();
            if (busy.Count > 0)
            {
                await ledger.Videos.Where(video => busy.Contains(video.VideoId) && video.Status == WorkStatus.Cut)
                    .ExecuteUpdateAsync(set => set.SetProperty(video => video.NotBefore, now + options.RepublishAfter), cancellation).ConfigureAwait(false);
            }
        }
        var again = new List<VideoFound>();
        foreach (var video in due.Where(video => !video.Busy))
        {
            if (await SettleAsync(video.VideoId, video.StudyId, video.StudyDay, video.Generation, cancellation).ConfigureAwait(false) is { } found)
                again.Add(found with { Urgent = video.Urgent });
        }
        return again;
    }

    /// <summary>A video that is cut and none of whose clips waits.</summary>
    /// <returns>What to publish when it has to be cut again.</returns>
    public async Task<VideoFound?> SettleAsync(Guid videoId, Guid studyId, DateOnly studyDay, int generation, CancellationToken cancellation)
    {
        if (await completion.CompleteVideoAsync(videoId, studyId, generation, cancellation).ConfigureAwait(false))
            return null;
        string? failed;
        await using (var ledger = open())
        {
            failed = await ledger.Clips
                .Where(clip => clip.VideoId == videoId && clip.Generation == generation && clip.Status == WorkStatus.Failed)
                .Select(clip => clip.Reason).FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
        }
        if (failed is not null)
        {
            await completion.FailVideoAsync(videoId, studyId, generation, failed, "a clip failed", cancellation).ConfigureAwait(false);
            return null;
        }
        return await videos.StepBackAsync(videoId, generation, cancellation).ConfigureAwait(false)
            ? new VideoFound(VideoFound.CurrentVersion, videoId, studyDay, generation)
            : null;
    }

    private sealed record Due(Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, bool Urgent, bool Busy);
}
