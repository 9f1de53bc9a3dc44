using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>Runs one attempt at a clip and settles its outcome in the ledger: done, again later, back a stage, or failed.</summary>
public sealed partial class ClipAttempts(
    ClipMoves clips, VideoMoves videos, Completion completion, IStageBus bus, IDeadLetters letters, StageEvents events, ILogger<ClipAttempts> logger) : IDisposable
{
    private readonly WorkInHand<(Guid Clip, string Status)> _inHand = new();
    private readonly Quarantine _features = new();
    private readonly Quarantine _sequence = new();
    private volatile BrokenEngineException? _broken;

    /// <summary>Until work for a model that this worker does not have is offered again.</summary>
    private static readonly TimeSpan PostponedBy = TimeSpan.FromSeconds(10);

    /// <param name="message">The message that brought the clip.</param>
    /// <param name="urgent">Where its video has to be cut again, that goes before routine work.</param>
    /// <param name="status">The status that the stage takes clips from: cut or extracted.</param>
    /// <param name="attempt">Does the stage's work and moves the row on.</param>
    /// <exception cref="BrokenEngineException">The process cannot go on; the clip is as it was, or its start has no end if it broke at the clip.</exception>
    public async Task RunAsync<TMessage>(
        TMessage message, DateOnly studyDay, Guid clipId, Guid studyId, int generation, bool urgent, string status,
        Func<ClipWork, Task> attempt, CancellationToken cancellation) where TMessage : class
    {
        using var hold = await _inHand.TakeAsync((clipId, status), cancellation).ConfigureAwait(false);
        var (stay, outcome, work) = await (status == WorkStatus.Cut ? _features : _sequence).StartAsync(
            alone => _broken is null
                ? clips.StartAsync(studyDay, clipId, generation, status, alone, cancellation)
                : throw new BrokenEngineException(_broken.Message, _broken), cancellation).ConfigureAwait(false);
        using var inWork = stay;
        if (outcome == StartOutcome.Busy)
            return;
        if (outcome == StartOutcome.Stale)
        {
            // Whoever took the clip further has no use for its place among the clips in flight.
            events.OnClipReleased(clipId);
            return;
        }
        var stage = status == WorkStatus.Cut ? StageMetrics.Features : StageMetrics.Sequence;
        if (outcome == StartOutcome.Crashed)
        {
            StageMetrics.Failed(stage, StageAttempt.Failed, ReasonCode.Crashed);
            await FailAsync(message, work!, studyId, status, ReasonCode.Crashed, "its attempts never ended", cancellation).ConfigureAwait(false);
            return;
        }
        using var measured = new StageAttempt(stage);
        try
        {
            await attempt(work!).ConfigureAwait(false);
            measured.Ended(StageAttempt.Done);
        }
        catch (Exception interrupted) when (
            interrupted is BrokenEngineException or BucketUnavailableException || LedgerFault.Is(interrupted) || cancellation.IsCancellationRequested)
        {
            // A copy of this message that waits for its turn must not begin anew what then is only interrupted: that would not count.
            _broken ??= interrupted as BrokenEngineException;
            if (interrupted is not BrokenEngineException { AtWork: true })
                await clips.InterruptAsync(work!, status).ConfigureAwait(false);
            throw;
        }
        catch (MissingObjectException missing)
        {
            LogSteppedBack(logger, clipId, missing);
            if (clips.IsSpent(work!))
            {
                measured.Ended(StageAttempt.Failed, ReasonCode.ObjectLost);
                await FailAsync(message, work!, studyId, status, ReasonCode.ObjectLost, $"{missing.Message} So it was each time.", cancellation).ConfigureAwait(false);
                return;
            }
            measured.Ended(StageAttempt.SteppedBack);
            // Where another attempt got the clip further meanwhile, its frames are gone because they are done with.
            if (!await clips.StepBackAsync(work!, status, cancellation).ConfigureAwait(false))
                return;
            events.OnClipReleased(clipId);
            if (await videos.StepBackAsync(work!.VideoId, generation, cancellation).ConfigureAwait(false))
                await bus.PublishAsync(new VideoFound(VideoFound.CurrentVersion, work.VideoId, studyDay, generation) { Urgent = urgent }, cancellation).ConfigureAwait(false);
        }
        catch (MissingModelException missing)
        {
            LogPostponed(logger, clipId, missing.BundleId);
            await clips.PostponeAsync(work!, status, PostponedBy, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogFailed(logger, clipId, failure);
            var reason = (failure as TransientException)?.Reason ?? ReasonCode.Crashed;
            measured.Ended(StageAttempt.Retried, reason);
            if (!await clips.RetryAsync(work!, status, cancellation).ConfigureAwait(false))
            {
                measured.Ended(StageAttempt.Failed, reason);
                await FailAsync(message, work!, studyId, status, reason, failure.Message, cancellation).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _features.Dispose();
        _sequence.Dispose();
    }

    private async Task FailAsync<TMessage>(
        TMessage message, ClipWork work, Guid studyId, string status, string reason, string detail, CancellationToken cancellation) where TMessage : class
    {
        if (!await clips.FailAsync(work, status, reason, cancellation).ConfigureAwait(false))
            return;
        events.OnClipReleased(work.ClipId);
        await completion.FailVideoAsync(work.VideoId, studyId, work.Generation, reason, $"clip {work.ClipIndex}: {detail}", cancellation)
            .ConfigureAwait(false);
        await letters.KeepAsync(message, reason, cancellation).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "Clip {ClipId} waits for a worker with bundle {Bundle}")]
    private static partial void LogPostponed(ILogger logger, Guid clipId, string bundle);

    [LoggerMessage(LogLevel.Warning, "Clip {ClipId} steps back to ingest")]
    private static partial void LogSteppedBack(ILogger logger, Guid clipId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "An attempt at clip {ClipId} failed")]
    private static partial void LogFailed(ILogger logger, Guid clipId, Exception exception);
}
