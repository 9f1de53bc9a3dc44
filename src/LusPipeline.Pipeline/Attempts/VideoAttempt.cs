using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>An attempt at a video, in the ingest stage.</summary>
internal sealed class VideoAttempt(VideoFound message, VideoMoves videos, Completion completion, VideoLimits limits, StageEvents events)
    : AttemptTarget<VideoWork>
{
    public override Stage Stage => Stage.Ingest;

    public override string Kind => "video";

    public override Guid Id => message.VideoId;

    public override Task<(StartOutcome Outcome, VideoWork? Work)> StartAsync(bool alone, CancellationToken cancellation) =>
        videos.StartAsync(message.VideoId, message.Generation, alone, cancellation);

    public override void OnStarted() => events.OnVideoStarted(message.VideoId);

    public override Task InterruptAsync(VideoWork work) => videos.InterruptAsync(work);

    public override Task PostponeAsync(VideoWork work, TimeSpan delay, CancellationToken cancellation) =>
        videos.PostponeAsync(work, delay, cancellation);

    public override Task<bool> RetryAsync(VideoWork work, CancellationToken cancellation) => videos.RetryAsync(work, cancellation);

    public override async Task<bool> RejectAsync(VideoWork work, RejectedException rejected, CancellationToken cancellation)
    {
        await completion.RejectVideoAsync(work, rejected.Reason, rejected.Message, limits.For(rejected.Reason), cancellation).ConfigureAwait(false);
        return true;
    }

    public override Task<bool> FailAsync(VideoWork work, string reason, string detail, CancellationToken cancellation) =>
        completion.FailVideoAsync(work, reason, detail, cancellation);
}
