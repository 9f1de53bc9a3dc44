using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// What an attempt works on, and how its row moves when the attempt starts and ends: a video at ingest, a clip at features and sequence.
/// <see cref="AttemptRunner"/> decides which of these is called, and when.
/// </summary>
/// <typeparam name="TWork">The started attempt, as the ledger gives it.</typeparam>
public abstract class AttemptTarget<TWork> where TWork : class
{
    /// <summary>The stage, as <see cref="Core.Telemetry.StageMetrics"/> names it.</summary>
    public abstract string Stage { get; }

    /// <summary>video or clip, for logs.</summary>
    public abstract string Kind { get; }

    /// <summary>The id of the video or clip.</summary>
    public abstract Guid Id { get; }

    /// <summary>Records the start.</summary>
    /// <param name="alone">No other attempt of the stage runs in this process.</param>
    public abstract Task<(StartOutcome Outcome, TWork? Work)> StartAsync(bool alone, CancellationToken cancellation);

    /// <summary>Called when the attempt begins.</summary>
    public virtual void OnStarted()
    {
    }

    /// <summary>Called when the message is stale: the row is further on.</summary>
    public virtual void OnStale()
    {
    }

    /// <summary>The process stops, or a server is away. The attempt does not count.</summary>
    public abstract Task InterruptAsync(TWork work);

    /// <summary>This worker does not have the model. The attempt does not count, and the work is offered again after <paramref name="delay"/>.</summary>
    public abstract Task PostponeAsync(TWork work, TimeSpan delay, CancellationToken cancellation);

    /// <summary>Plans another attempt.</summary>
    /// <returns>False when there have been enough.</returns>
    public abstract Task<bool> RetryAsync(TWork work, CancellationToken cancellation);

    /// <summary>The input is at fault.</summary>
    /// <returns>False where the stage has no input of a user's, so that the failure is ours.</returns>
    public virtual Task<bool> RejectAsync(TWork work, RejectedException rejected, CancellationToken cancellation) => Task.FromResult(false);

    /// <summary>The object that the stage reads is gone, so the earlier stage writes it again.</summary>
    /// <returns>False when it was lost too often, or when the stage reads no object of an earlier one.</returns>
    public virtual Task<bool> StepBackAsync(TWork work, CancellationToken cancellation) => Task.FromResult(false);

    /// <summary>Fails the work for good.</summary>
    /// <param name="reason">One of <see cref="ReasonCode"/>.</param>
    /// <param name="detail">What happened, for the ledger.</param>
    /// <returns>Whether it was this call that failed it.</returns>
    public abstract Task<bool> FailAsync(TWork work, string reason, string detail, CancellationToken cancellation);
}
