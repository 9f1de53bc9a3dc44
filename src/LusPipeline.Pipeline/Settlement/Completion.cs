using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Settlement;

/// <summary>Completes videos whose clips are done, and studies whose videos are final. The call that moves the row raises the event.</summary>
public sealed class Completion(VideoMoves videos, StudyMoves studies, StageEvents events)
{
    /// <summary>Call this when a clip of the video is done, and when the video is cut.</summary>
    public async Task<bool> CompleteVideoAsync(Guid videoId, Guid studyId, int generation, CancellationToken cancellation)
    {
        if (!await videos.CompleteAsync(videoId, generation, cancellation).ConfigureAwait(false))
            return false;
        StageMetrics.VideoFinished(WorkStatus.Done);
        events.OnVideoFinished(videoId, generation);
        await CompleteStudyAsync(studyId, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Fails a video for good, in an attempt at ingest, unless another worker has started it since.</summary>
    /// <returns>Whether this call failed the video.</returns>
    public async Task<bool> FailVideoAsync(VideoWork work, string reason, string detail, CancellationToken cancellation) =>
        await videos.FailAsync(work, reason, detail, cancellation).ConfigureAwait(false)
        && await FailedAsync(work.VideoId, work.StudyId, work.Generation, cancellation).ConfigureAwait(false);

    /// <summary>Fails a video for good, because one of its clips failed.</summary>
    /// <returns>Whether this call failed the video.</returns>
    public async Task<bool> FailVideoAsync(
        Guid videoId, Guid studyId, int generation, string reason, string detail, CancellationToken cancellation) =>
        await videos.FailAsync(videoId, generation, reason, detail, cancellation).ConfigureAwait(false)
        && await FailedAsync(videoId, studyId, generation, cancellation).ConfigureAwait(false);

    /// <summary>Rejects the video of a started attempt.</summary>
    /// <param name="limit">The value of the limit that the video exceeded; null if none.</param>
    public async Task RejectVideoAsync(VideoWork work, string reason, string detail, long? limit, CancellationToken cancellation)
    {
        if (!await videos.RejectAsync(work, reason, detail, limit, cancellation).ConfigureAwait(false))
            return;
        StageMetrics.VideoFinished(WorkStatus.Rejected);
        events.OnVideoFinished(work.VideoId, work.Generation);
        await CompleteStudyAsync(work.StudyId, cancellation).ConfigureAwait(false);
    }

    /// <summary>Call this when a video of the study is final, and when the study's listing is finished.</summary>
    public async Task CompleteStudyAsync(Guid studyId, CancellationToken cancellation)
    {
        if (await studies.CompleteAsync(studyId, cancellation).ConfigureAwait(false) is not null)
            events.OnStudyFinished(studyId);
    }

    private async Task<bool> FailedAsync(Guid videoId, Guid studyId, int generation, CancellationToken cancellation)
    {
        StageMetrics.VideoFinished(WorkStatus.Failed);
        events.OnVideoFinished(videoId, generation);
        await CompleteStudyAsync(studyId, cancellation).ConfigureAwait(false);
        return true;
    }
}
