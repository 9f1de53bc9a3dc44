using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>A message that is to be published (again), and how often its work was started without an end.</summary>
public sealed record PendingMessage(object Message, Guid VideoId, int Starts);

/// <summary>Reads the messages that the ledger's non-final rows stand for: the broker only carries, so they can always be made again.</summary>
public sealed class PendingWork(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>
    /// Takes what videos that were begun earlier still wait for: the video's own message while it is not cut, and those of its clips but
    /// for the ones that its ingest will hand over again. Retries among them do not wait for their time.
    /// </summary>
    public async Task<IReadOnlyList<PendingMessage>> TakeAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        await using var ledger = open();
        var pending = new List<PendingMessage>();
        foreach (var chunk in videoIds.Chunk(500))
        {
            var videos = await ledger.Videos.AsNoTracking().Include(video => video.Study)
                .Where(video => chunk.Contains(video.VideoId) && (video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut))
                .ToListAsync(cancellation).ConfigureAwait(false);
            var clips = (await ledger.Clips.AsNoTracking().Where(clip => chunk.Contains(clip.VideoId)).ToListAsync(cancellation).ConfigureAwait(false))
                .ToLookup(clip => (clip.VideoId, clip.Generation));
            foreach (var video in videos)
            {
                var found = video.Status == WorkStatus.Found;
                if (found)
                    pending.Add(new(Found(video), video.VideoId, video.Starts));
                pending.AddRange(clips[(video.VideoId, video.Generation)]
                    .Where(clip => !found || clip.Status == WorkStatus.Extracted)
                    .Select(clip => Waiting(clip, video)).OfType<PendingMessage>());
            }
            await ledger.Videos.Where(video => chunk.Contains(video.VideoId) && video.NotBefore != null)
                .ExecuteUpdateAsync(set => set.SetProperty(video => video.NotBefore, (DateTime?)null), cancellation).ConfigureAwait(false);
            await ledger.Clips.Where(clip => chunk.Contains(clip.VideoId) && clip.NotBefore != null)
                .ExecuteUpdateAsync(set => set.SetProperty(clip => clip.NotBefore, (DateTime?)null), cancellation).ConfigureAwait(false);
        }
        return pending;
    }

    /// <summary>Takes the retries whose time has come, so that the next call does not see them again.</summary>
    /// <param name="mine">Which videos' retries to take: a ledger may also hold unfinished videos that the process has not been given.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<IReadOnlyList<PendingMessage>> TakeDueAsync(Func<Guid, bool> mine, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        var videos = await ledger.Videos.AsNoTracking().Include(video => video.Study)
            .Where(video => video.Status == WorkStatus.Found && video.NotBefore <= now).ToListAsync(cancellation).ConfigureAwait(false);
        var clips = await ledger.Clips.AsNoTracking().Include(clip => clip.Video!.Study)
            .Where(clip => (clip.Status == WorkStatus.Cut || clip.Status == WorkStatus.Extracted) && clip.NotBefore <= now)
            .ToListAsync(cancellation).ConfigureAwait(false);
        videos.RemoveAll(video => !mine(video.VideoId));
        clips.RemoveAll(clip => !mine(clip.VideoId));
        if (videos.Count == 0 && clips.Count == 0)
            return [];
        var videoIds = videos.Select(video => video.VideoId).ToList();
        var clipIds = clips.Select(clip => clip.ClipId).ToList();
        await ledger.Videos.Where(video => videoIds.Contains(video.VideoId))
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.NotBefore, (DateTime?)null), cancellation).ConfigureAwait(false);
        await ledger.Clips.Where(clip => clipIds.Contains(clip.ClipId))
            .ExecuteUpdateAsync(set => set.SetProperty(clip => clip.NotBefore, (DateTime?)null), cancellation).ConfigureAwait(false);
        return [
            .. videos.Select(video => new PendingMessage(Found(video), video.VideoId, video.Starts)),
            .. clips.Where(clip => clip.Generation == clip.Video!.Generation).Select(clip => Waiting(clip, clip.Video!)).OfType<PendingMessage>(),
        ];
    }

    /// <summary>The message of a video that waits for ingest.</summary>
    /// <param name="video">With its study.</param>
    internal static VideoFound Found(VideoRow video) =>
        new(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation) { Urgent = video.Study!.Urgent };

    /// <summary>The message of a clip that waits for features or sequence; null for one that waits for neither.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="video">Its video, with its study.</param>
    internal static PendingMessage? Waiting(ClipRow clip, VideoRow video) => clip.Status switch
    {
        WorkStatus.Cut => new(
            new ClipReady(ClipReady.CurrentVersion, clip.ClipId, video.VideoId, video.StudyId, video.StudyDay, video.Generation,
                video.TraceParent, WorkKeys.ClipFrames(clip.ClipId), video.BundleId, video.Variant)
            {
                Urgent = video.Study!.Urgent,
            },
            video.VideoId, clip.Starts),
        WorkStatus.Extracted => new(
            new FeaturesReady(FeaturesReady.CurrentVersion, clip.ClipId, video.VideoId, video.StudyId, video.StudyDay, video.Generation,
                video.TraceParent, clip.FeaturesKey!, clip.FeaturesSha256!, video.BundleId, video.Variant)
            {
                Urgent = video.Study!.Urgent,
            },
            video.VideoId, clip.Starts),
        _ => null,
    };
}
