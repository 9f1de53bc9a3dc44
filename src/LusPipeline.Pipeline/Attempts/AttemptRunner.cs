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
/// Runs one attempt of a stage and then moves its row by the outcome: done, retried, postponed, stepped back, rejected, failed or
/// interrupted. All stages share this class.
/// </summary>
public sealed partial class AttemptRunner(
    VideoMoves videos, ClipMoves clips, Completion completion, IStageBus bus, IDeadLetters letters, StageEvents events,
    AttemptOptions options, TimeProvider clock, ILogger<AttemptRunner> logger) : IDisposable
{
    /// <summary>Detail that the ledger stores for work that failed because too many of its starts did not end.</summary>
    internal const string NeverEnded = "its attempts never ended";

    /// <summary>Detail that replaces one that the ledger cannot store.</summary>
    internal const string UnwritableDetail = "its reason could not be written";

    /// <summary>Time until work is offered again whose model this worker does not have.</summary>
    private static readonly TimeSpan PostponedBy = TimeSpan.FromSeconds(10);

    private readonly KeyedLock<(Stage Stage, Guid Id)> _inWork = new();
    private readonly PerStage<CrashIsolation> _isolation = new(new(), new(), new());
    private readonly ClipFailure _clipFailure = new(clips, completion, events);

    private volatile BrokenEngineException? _broken;

    /// <summary>The ids of the videos and clips that this process is at.</summary>
    public IReadOnlyCollection<Guid> InWork => [.. _inWork.Taken.Select(work => work.Id)];

    /// <summary>Runs an attempt at ingest.</summary>
    /// <param name="limits">
    /// Limits of videos. A rejection stores the limit that the video exceeded, so that a raised limit makes it eligible again.
    /// </param>
    /// <param name="attempt">Does the work of the stage and moves the row on.</param>
    /// <exception cref="BrokenEngineException">
    /// The process cannot continue. <see cref="BrokenEngineException.AtWork"/> says whether the attempt counts.
    /// </exception>
    public Task RunAsync(VideoFound message, VideoLimits limits, Func<VideoWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new VideoAttempt(message, videos, completion, limits, events), attempt, cancellation);

    /// <summary>Runs an attempt at features.</summary>
    /// <inheritdoc cref="RunAsync(VideoFound, VideoLimits, Func{VideoWork, Task}, CancellationToken)"/>
    public Task RunAsync(ClipReady message, Func<ClipWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new ClipAttempt(message, clips, videos, _clipFailure, bus, events), attempt, cancellation);

    /// <summary>Runs an attempt at sequence.</summary>
    /// <inheritdoc cref="RunAsync(VideoFound, VideoLimits, Func{VideoWork, Task}, CancellationToken)"/>
    public Task RunAsync(FeaturesReady message, Func<ClipWork, Task> attempt, CancellationToken cancellation) =>
        RunAsync(message, new ClipAttempt(message, clips, videos, _clipFailure, bus, events), attempt, cancellation);

    public void Dispose()
    {
        foreach (var stage in StageNames.All)
            _isolation[stage].Dispose();
    }

    internal async Task RunAsync<TWork>(
        IStageMessage message, AttemptTarget<TWork> target, Func<TWork, Task> attempt, CancellationToken cancellation)
        where TWork : class
    {
        using var held = await _inWork.TakeAsync((target.Stage, target.Id), cancellation).ConfigureAwait(false);
        var (place, outcome, work) = await _isolation[target.Stage].StartAsync(
            alone => _broken is null
                ? target.StartAsync(alone, cancellation)
                : throw new BrokenEngineException(_broken.Message, _broken) { Hangs = _broken.Hangs },
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
                StageMetrics.Failed(target.Stage.Name(), StageAttempt.Failed, ReasonCode.Crashed);
                await FailAsync(message, target, work!, ReasonCode.Crashed, NeverEnded, cancellation).ConfigureAwait(false);
                return;
        }

        target.OnStarted();
        using var measured = new StageAttempt(target.Stage.Name());
        try
        {
            await (target.Stage == Stage.Ingest ? attempt(work!) : WithinTimeoutAsync(target, () => attempt(work!))).ConfigureAwait(false);
            measured.Ended(StageAttempt.Done);
        }
        catch (Exception interruption) when (Interrupts(interruption) || cancellation.IsCancellationRequested)
        {
            // No attempt starts after this. If one started and the stop then interrupted it, it would clear the starts that count against
            // the work.
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
            if (failure is RejectedException rejected && await RejectAsync(target, work!, rejected, cancellation).ConfigureAwait(false))
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

    /// <summary>
    /// Runs an attempt that calls native code, which nothing can stop. The heartbeat goes on while it hangs, so no other worker would ever
    /// take the work over. The attempt runs on another thread, because it may block the one that it runs on.
    /// </summary>
    /// <exception cref="BrokenEngineException">The attempt has not ended in time. It goes on, and only the end of the process ends it.</exception>
    private async Task WithinTimeoutAsync<TWork>(AttemptTarget<TWork> target, Func<Task> attempt) where TWork : class
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = clock.CreateTimer(_ => over.TrySetResult(), null, options.Timeout, Timeout.InfiniteTimeSpan);
        var running = Task.Run(attempt, CancellationToken.None);
        if (await Task.WhenAny(running, over.Task).ConfigureAwait(false) != running)
        {
            throw new BrokenEngineException(
                $"The {target.Stage.Name()} stage has not finished {target.Kind} {target.Id} within {options.Timeout} (Attempts:Timeout). Native code cannot be "
                + $"stopped, so this process ends. Start it again: the {target.Kind} then runs alone, and fails as crashed if this happens each time.")
            {
                AtWork = true,
                Hangs = true,
            };
        }
        await running.ConfigureAwait(false);
    }

    /// <summary>Whether the engine, the bucket or the ledger cannot be used. The work of the attempt is not at fault.</summary>
    private static bool Interrupts(Exception failure) =>
        failure is BrokenEngineException or BucketUnavailableException || LedgerFault.Is(failure);

    private async Task FailAsync<TWork>(
        IStageMessage message, AttemptTarget<TWork> target, TWork work, string reason, string detail, CancellationToken cancellation)
        where TWork : class
    {
        bool failed;
        try
        {
            failed = await target.FailAsync(work, reason, detail, cancellation).ConfigureAwait(false);
        }
        catch (Exception unsettled) when (ConcernsThisWorkAlone(unsettled))
        {
            LogUnsettled(logger, target.Kind, target.Id, unsettled);
            failed = await target.FailAsync(work, reason, UnwritableDetail, cancellation).ConfigureAwait(false);
        }
        if (failed)
            await letters.KeepAsync(message, reason, cancellation).ConfigureAwait(false);
    }

    /// <summary>Rejects the work. If the ledger cannot store the rejection, the work is retried and fails in the end; other work goes on.</summary>
    private async Task<bool> RejectAsync<TWork>(AttemptTarget<TWork> target, TWork work, RejectedException rejected, CancellationToken cancellation)
        where TWork : class
    {
        try
        {
            return await target.RejectAsync(work, rejected, cancellation).ConfigureAwait(false);
        }
        catch (Exception unsettled) when (ConcernsThisWorkAlone(unsettled))
        {
            LogUnsettled(logger, target.Kind, target.Id, unsettled);
            return false;
        }
    }

    private static bool ConcernsThisWorkAlone(Exception failure) => !Interrupts(failure) && failure is not OperationCanceledException;

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} waits for a worker with bundle {Bundle}")]
    private static partial void LogPostponed(ILogger logger, string kind, Guid id, string bundle);

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} goes back to ingest")]
    private static partial void LogSteppedBack(ILogger logger, string kind, Guid id, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The outcome of an attempt at {Kind} {Id} could not be written")]
    private static partial void LogUnsettled(ILogger logger, string kind, Guid id, Exception exception);

    [LoggerMessage(LogLevel.Warning, "An attempt at {Kind} {Id} failed")]
    private static partial void LogFailed(ILogger logger, string kind, Guid id, Exception exception);
}
