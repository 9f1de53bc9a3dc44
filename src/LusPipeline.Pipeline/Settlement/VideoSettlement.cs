using LusPipeline.Core.Messages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Pipeline.Settlement;

/// <summary>Finishes cut videos whose last step was lost: all their clips are done, a clip failed, or the row of a clip is missing.</summary>
public sealed class VideoSettlement(Func<LedgerContext> open, TimeProvider clock, VideoMoves videos, Completion completion, SweepOptions options)
{
    private readonly CutVideos _cut = new(open, clock, options);

    /// <summary>Checks the cut videos whose check is due.</summary>
    /// <returns>Messages of the videos that have to be cut again.</returns>
    public async Task<IReadOnlyList<VideoFound>> SettleDueAsync(CancellationToken cancellation)
    {
        var again = new List<VideoFound>();
        foreach (var video in await _cut.TakeIdleAsync(cancellation).ConfigureAwait(false))
        {
            if (await SettleAsync(video.VideoId, video.StudyId, video.StudyDay, video.Generation, cancellation).ConfigureAwait(false) is { } found)
                again.Add(found with { Urgent = video.Urgent });
        }
        return again;
    }

    /// <summary>Finishes a cut video that has no waiting clip.</summary>
    /// <returns>The message to publish if the video has to be cut again; otherwise null.</returns>
    public async Task<VideoFound?> SettleAsync(Guid videoId, Guid studyId, DateOnly studyDay, int generation, CancellationToken cancellation)
    {
        if (await completion.CompleteVideoAsync(videoId, studyId, generation, cancellation).ConfigureAwait(false))
            return null;
        if (await _cut.FailureAsync(videoId, generation, cancellation).ConfigureAwait(false) is { } failed)
        {
            await completion.FailVideoAsync(videoId, studyId, generation, failed, "a clip failed", cancellation).ConfigureAwait(false);
            return null;
        }
        return await videos.StepBackAsync(videoId, generation, cancellation).ConfigureAwait(false)
            ? new VideoFound(VideoFound.CurrentVersion, videoId, studyDay, generation)
            : null;
    }
}
