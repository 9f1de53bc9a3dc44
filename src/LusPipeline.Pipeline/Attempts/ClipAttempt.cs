using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>An attempt at a clip, in the features or the sequence stage.</summary>
internal sealed class ClipAttempt(
    IClipMessage message, ClipMoves clips, VideoMoves videos, ClipFailure failure, IStageBus bus, StageEvents events)
    : AttemptTarget<ClipWork>
{
    public override Stage Stage => message.Stage;

    public override string Kind => "clip";

    public override Guid Id => message.ClipId;

    private string Takes { get; } = StatusTaken(message.Stage);

    /// <summary>The status of the clips that a stage works on.</summary>
    public static string StatusTaken(Stage stage) => stage == Stage.Features ? WorkStatus.Cut : WorkStatus.Extracted;

    public override Task<(StartOutcome Outcome, ClipWork? Work)> StartAsync(bool alone, CancellationToken cancellation) =>
        clips.StartAsync(message.StudyDay, message.ClipId, message.Generation, Takes, alone, cancellation);

    /// <summary>Another attempt moved the clip on, so the clip no longer counts as in flight.</summary>
    public override void OnStale() => events.OnClipReleased(message.ClipId);

    public override Task InterruptAsync(ClipWork work) => clips.InterruptAsync(work, Takes);

    public override Task PostponeAsync(ClipWork work, TimeSpan delay, CancellationToken cancellation) =>
        clips.PostponeAsync(work, Takes, delay, cancellation);

    public override Task<bool> RetryAsync(ClipWork work, CancellationToken cancellation) => clips.RetryAsync(work, Takes, cancellation);

    /// <summary>Moves the clip back to ingest. Its video is then cut again.</summary>
    public override async Task<bool> StepBackAsync(ClipWork work, CancellationToken cancellation)
    {
        if (clips.IsSpent(work))
            return false;
        // If the move is refused, another attempt has moved the clip on: its object is missing because it is no longer needed.
        if (!await clips.StepBackAsync(work, Takes, cancellation).ConfigureAwait(false))
            return true;
        events.OnClipReleased(work.ClipId);
        if (await videos.StepBackAsync(work.VideoId, work.Generation, cancellation).ConfigureAwait(false))
        {
            await bus.PublishAsync(
                new VideoFound(VideoFound.CurrentVersion, work.VideoId, work.StudyDay, work.Generation) { Urgent = work.Urgent },
                cancellation).ConfigureAwait(false);
        }
        return true;
    }

    public override Task<bool> FailAsync(ClipWork work, string reason, string detail, CancellationToken cancellation) =>
        failure.FailAsync(Stage, work, reason, detail, cancellation);
}
