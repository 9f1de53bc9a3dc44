using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>A cut video that has no waiting clip.</summary>
public sealed record CutVideo(Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, bool Urgent);

/// <summary>Finds cut videos whose last step may have been lost.</summary>
public sealed class CutVideos(Func<LedgerContext> open, TimeProvider clock, SweepOptions options)
{
    /// <summary>Takes the cut videos whose check is due. Those that still have waiting clips are checked again later.</summary>
    /// <returns>The videos without a waiting clip.</returns>
    public async Task<IReadOnlyList<CutVideo>> TakeIdleAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        var due = await ledger.Videos
            .Where(video => video.Status == WorkStatus.Cut && video.NotBefore <= now)
            .OrderBy(video => video.NotBefore).Take(options.Batch)
            .Select(video => new
            {
                Video = new CutVideo(video.VideoId, video.StudyId, video.StudyDay, video.Generation, video.Study!.Urgent),
                Busy = ledger.Clips.Any(clip => clip.VideoId == video.VideoId && clip.Generation == video.Generation
                    && (clip.Status == WorkStatus.Cut || clip.Status == WorkStatus.Extracted)),
            })
            .ToListAsync(cancellation).ConfigureAwait(false);
        var busy = due.Where(one => one.Busy).Select(one => one.Video.VideoId).ToList();
        if (busy.Count > 0)
        {
            await ledger.Videos.Where(video => busy.Contains(video.VideoId) && video.Status == WorkStatus.Cut)
                .ExecuteUpdateAsync(set => set.SetProperty(video => video.NotBefore, now + options.RepublishAfter), cancellation).ConfigureAwait(false);
        }
        return [.. due.Where(one => !one.Busy).Select(one => one.Video)];
    }

    /// <summary>Returns the reason of a failed clip of this generation of the video; null if none failed.</summary>
    public async Task<string?> FailureAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Clips
            .Where(clip => clip.VideoId == videoId && clip.Generation == generation && clip.Status == WorkStatus.Failed)
            .Select(clip => clip.Reason).FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
    }
}
