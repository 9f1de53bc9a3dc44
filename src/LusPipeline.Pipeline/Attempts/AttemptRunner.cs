using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Runs one attempt of a stage and moves its row by the outcome: done, retried, postponed, stepped back, rejected, failed or interrupted.
/// All stages share it.
/// </summary>
public sealed partial class AttemptRunner(
    VideoMoves videos, ClipMoves clips, Completion completion, IStageBus bus, IDeadLetters letters, StageEvents events,
    ILogger<AttemptRunner> logger) : IDisposable
{
    /// <summary>What the ledger says of work that failed because too many starts have no end.</summary>
    internal const string NeverEnded = "its attempts never ended";

    /// <summary>Time until work for a model that this worker does not have is offered again.</summary>
    private static readonly TimeSpan PostponedBy = TimeSpan.FromSeconds(10);

    private readonly KeyedLock<(string Stage, Guid Id)> _inWork = new();
    private readonly Dictionary<string, CrashIsolation> _isolation = new()
    {
        [StageMetrics.Ingest] = new(),
        [StageMetrics.Features] = new(),
        [StageMetrics.Sequence] = new(),
    };

    private volatile BrokenEngineException? _broken;

    /// <summary>Runs an attempt at ingest.</summary>
    /// <param name="limits">A rejection keeps the limit that the video hit, so that a raised limit makes it eligible again.</param>
    /// <param name="attempt">Does the stage's work and moves the row on.</param>
    /// <exception cref="BrokenEngineException">The process cannot go on. See <see cref="BrokenEngineException.AtWork"/> for what counts.</exception>
    public Task RunAsync(VideoFound message, VideoLimits limits, Func<VideoWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new VideoAttempt(message, videos, completion, limits, events), attempt, cancellation);

    /// <summary>Runs an attempt at features.</summary>
    /// <inheritdoc cref="RunAsync(VideoFound, VideoLimits, Func{VideoWork, Task}, CancellationToken)"/>
    public Task RunAsync(ClipReady message, Func<ClipWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new ClipAttempt(message, clips, videos, completion, bus, events), attempt, cancellation);

    /// <summary>Runs an attempt at sequence.</summary>
    /// <inheritdoc cref="RunAsync(VideoFound, VideoLimits, Func{VideoWork, Task}, CancellationToken)"/>
    public Task RunAsync(FeaturesReady message, Func<ClipWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new ClipAttempt(message, clips, videos, completion, bus, events), attempt, cancellation);

    public void Dispose()
    {
        foreach (var isolation in _isolation.Values)
            isolation.Dispose();
    }

    internal async Task RunAsync<TMessage, TWork>(
        TMessage message, AttemptTarget<TWork> target, Func<TWork, Task> attempt, CancellationToken cancellation)
        where TMessage : class, IStageMessage
        where TWork : class
    {
        using var held = await _inWork.TakeAsync((target.Stage, target.Id), cancellation).ConfigureAwait(false);
        var (place, outcome, work) = await _isolation[target.Stage].StartAsync(
            alone => _broken is null
                ? target.StartAsync(alone, cancellation)
                : throw new BrokenEngineException(_broken.Message, _broken),
            cancellation).ConfigureAwait(false);
        using var left = place;
        switch (outcome)
        {
            case StartOutcome.Busy:
                return;
            case StartOutcome.Stale:
                target.OnStale();
                return;
            case StartOutcome.Crashed:
                StageMetrics.Failed(target.Stage, StageAttempt.Failed, ReasonCode.Crashed);
                await FailAsync(message, target, work!, ReasonCode.Crashed, NeverEnded, cancellation).ConfigureAwait(false);
                return;
        }

        target.OnStarted();
        using var measured = new StageAttempt(target.Stage);
        try
        {
            await attempt(work!).ConfigureAwait(false);
            measured.Ended(StageAttempt.Done);
        }
        catch (Exception interruption) when (Interrupts(interruption) || cancellation.IsCancellationRequested)
        {
            // From here on no attempt starts. One that did, and was then interrupted by the stop, would clear what counts against the work.
            _broken ??= interruption as BrokenEngineException;
            if (interruption is not BrokenEngineException { AtWork: true })
                await target.InterruptAsync(work!).ConfigureAwait(false);
            throw;
        }
        catch (MissingModelException missing)
        {
            LogPostponed(logger, target.Kind, target.Id, missing.BundleId);
            await target.PostponeAsync(work!, PostponedBy, cancellation).ConfigureAwait(false);
        }
        catch (MissingObjectException missing)
        {
            LogSteppedBack(logger, target.Kind, target.Id, missing);
            measured.Ended(StageAttempt.SteppedBack);
            if (await target.StepBackAsync(work!, cancellation).ConfigureAwait(false))
                return;
            measured.Ended(StageAttempt.Failed, ReasonCode.ObjectLost);
            await FailAsync(message, target, work!, ReasonCode.ObjectLost, $"{missing.Message} So it was each time.", cancellation).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (failure is RejectedException rejected && await target.RejectAsync(work!, rejected, cancellation).ConfigureAwait(false))
            {
                measured.Ended(StageAttempt.Rejected, rejected.Reason);
                return;
            }
            LogFailed(logger, target.Kind, target.Id, failure);
            var reason = (failure as TransientException)?.Reason ?? ReasonCode.Crashed;
            measured.Ended(StageAttempt.Retried, reason);
            if (await target.RetryAsync(work!, cancellation).ConfigureAwait(false))
                return;
            measured.Ended(StageAttempt.Failed, reason);
            await FailAsync(message, target, work!, reason, failure.Message, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The engine, the bucket or the ledger cannot be used. That is not the fault of the work in hand.</summary>
    private static bool Interrupts(Exception failure) =>
        failure is BrokenEngineException or BucketUnavailableException || LedgerFault.Is(failure);

    private async Task FailAsync<TMessage, TWork>(
        TMessage message, AttemptTarget<TWork> target, TWork work, string reason, string detail, CancellationToken cancellation)
        where TMessage : class, IStageMessage
        where TWork : class
    {
        if (await target.FailAsync(work, reason, detail, cancellation).ConfigureAwait(false))
            await letters.KeepAsync(message, reason, cancellation).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} waits for a worker with bundle {Bundle}")]
    private static partial void LogPostponed(ILogger logger, string kind, Guid id, string bundle);

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} steps back to ingest")]
    private static partial void LogSteppedBack(ILogger logger, string kind, Guid id, Exception exception);

    [LoggerMessage(LogLevel.Warning, "An attempt at {Kind} {Id} failed")]
    private static partial void LogFailed(ILogger logger, string kind, Guid id, Exception exception);
}
