using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>A clip at features or sequence.</summary>
internal sealed class ClipAttempt(
    IClipMessage message, ClipMoves clips, VideoMoves videos, Completion completion, IStageBus bus, StageEvents events)
    : AttemptTarget<ClipWork>
{
    public override string Stage => Takes == WorkStatus.Cut ? StageMetrics.Features : StageMetrics.Sequence;

    public override string Kind => "clip";

    public override Guid Id => message.ClipId;

    /// <summary>The status that the stage takes clips from.</summary>
    private string Takes { get; } = message is ClipReady ? WorkStatus.Cut : WorkStatus.Extracted;

    public override Task<(StartOutcome Outcome, ClipWork? Work)> StartAsync(bool alone, CancellationToken cancellation) =>
        clips.StartAsync(message.StudyDay, message.ClipId, message.Generation, Takes, alone, cancellation);

    /// <summary>Another attempt took the clip further, so its place among the clips in flight is free.</summary>
    public override void OnStale() => events.OnClipReleased(message.ClipId);

    public override Task InterruptAsync(ClipWork work) => clips.InterruptAsync(work, Takes);

    public override Task PostponeAsync(ClipWork work, TimeSpan delay, CancellationToken cancellation) =>
        clips.PostponeAsync(work, Takes, delay, cancellation);

    public override Task<bool> RetryAsync(ClipWork work, CancellationToken cancellation) => clips.RetryAsync(work, Takes, cancellation);

    /// <summary>The clip goes back to ingest, and its video is cut again.</summary>
    public override async Task<bool> StepBackAsync(ClipWork work, CancellationToken cancellation)
    {
        if (clips.IsSpent(work))
            return false;
        // Where the move is refused, another attempt took the clip further: its object is gone because it is no longer needed.
        if (!await clips.StepBackAsync(work, Takes, cancellation).ConfigureAwait(false))
            return true;
        events.OnClipReleased(work.ClipId);
        if (await videos.StepBackAsync(work.VideoId, work.Generation, cancellation).ConfigureAwait(false))
        {
            await bus.PublishAsync(
                new VideoFound(VideoFound.CurrentVersion, work.VideoId, work.StudyDay, work.Generation) { Urgent = message.Urgent },
                cancellation).ConfigureAwait(false);
        }
        return true;
    }

    public override async Task<bool> FailAsync(ClipWork work, string reason, string detail, CancellationToken cancellation)
    {
        if (!await clips.FailAsync(work, Takes, reason, cancellation).ConfigureAwait(false))
            return false;
        events.OnClipReleased(work.ClipId);
        await completion.FailVideoAsync(
            work.VideoId, message.StudyId, work.Generation, reason, $"clip {work.ClipIndex}: {detail}", cancellation).ConfigureAwait(false);
        return true;
    }
}
