using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>A message that is to be published, perhaps again, and how many starts of its work did not end.</summary>
public sealed record PendingMessage(IStageMessage Message, Guid VideoId, int Starts);

/// <summary>
/// Makes the messages of all rows that are not final. The ledger holds everything that a message says, so a lost message can always be made
/// again.
/// </summary>
public sealed class PendingWork(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>
    /// Takes the messages of videos that an earlier run began: the video's message until it is cut, and the messages of its clips. Clips
    /// that ingest will publish again are left out. Retries do not wait for their time.
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

    /// <summary>Takes the retries that are due. The next call does not return them again.</summary>
    /// <param name="mine">
    /// Says which videos' retries to take. The ledger may also hold unfinished videos that this process was not asked to process.
    /// </param>
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

    /// <summary>Makes the message of a video that waits for ingest.</summary>
    /// <param name="video">The video, loaded with its study.</param>
    internal static VideoFound Found(VideoRow video) =>
        new(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation) { Urgent = video.Study!.Urgent };

    /// <summary>Makes the message of a clip that waits for features or sequence. Null if it waits for neither.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="video">The clip's video, loaded with its study.</param>
    internal static PendingMessage? Waiting(ClipRow clip, VideoRow video) => clip.Status switch
    {
        WorkStatus.Cut => new(
            new ClipReady(ClipReady.CurrentVersion, clip.ClipId, video.StudyDay, video.Generation) { Urgent = video.Study!.Urgent },
            video.VideoId, clip.Starts),
        WorkStatus.Extracted => new(
            new FeaturesReady(FeaturesReady.CurrentVersion, clip.ClipId, video.StudyDay, video.Generation) { Urgent = video.Study!.Urgent },
            video.VideoId, clip.Starts),
        _ => null,
    };
}
