using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// The video (ingest) or clip (features, sequence) that an attempt works on, with the moves of its row when the attempt starts and ends.
/// <see cref="AttemptRunner"/> decides which move is made, and when.
/// </summary>
/// <typeparam name="TWork">The started attempt, as the ledger returns it.</typeparam>
public abstract class AttemptTarget<TWork> where TWork : class
{
    public abstract Stage Stage { get; }

    /// <summary><c>video</c> or <c>clip</c>, for logs.</summary>
    public abstract string Kind { get; }

    /// <summary>The id of the video or clip.</summary>
    public abstract Guid Id { get; }

    /// <summary>Records the start of the attempt.</summary>
    /// <param name="alone">Whether no other attempt of the stage runs in this process.</param>
    public abstract Task<(StartOutcome Outcome, TWork? Work)> StartAsync(bool alone, CancellationToken cancellation);

    /// <summary>Called when the attempt begins.</summary>
    public virtual void OnStarted()
    {
    }

    /// <summary>Called when the message is out of date because the row is past this stage.</summary>
    public virtual void OnStale()
    {
    }

    /// <summary>Ends an attempt that was interrupted because the process stops or a server is unavailable. The attempt does not count.</summary>
    public abstract Task InterruptAsync(TWork work);

    /// <summary>
    /// Ends an attempt whose model this worker does not have. The attempt does not count, and the work is offered again after
    /// <paramref name="delay"/>.
    /// </summary>
    public abstract Task PostponeAsync(TWork work, TimeSpan delay, CancellationToken cancellation);

    /// <summary>Plans another attempt.</summary>
    /// <returns>False if the retries are used up.</returns>
    public abstract Task<bool> RetryAsync(TWork work, CancellationToken cancellation);

    /// <summary>Rejects the work, because the input is at fault.</summary>
    /// <returns>False if the stage does not read a user's input, so that the pipeline is at fault.</returns>
    public virtual Task<bool> RejectAsync(TWork work, RejectedException rejected, CancellationToken cancellation) => Task.FromResult(false);

    /// <summary>
    /// Moves the work back to the earlier stage, because the object that this stage reads is missing. The earlier stage writes it again.
    /// </summary>
    /// <returns>False if the object was missing too often, or if the stage reads no object of an earlier stage.</returns>
    public virtual Task<bool> StepBackAsync(TWork work, CancellationToken cancellation) => Task.FromResult(false);

    /// <summary>Fails the work for good.</summary>
    /// <param name="reason">One of <see cref="ReasonCode"/>.</param>
    /// <param name="detail">What happened, for the ledger.</param>
    /// <returns>Whether this call failed the work.</returns>
    public abstract Task<bool> FailAsync(TWork work, string reason, string detail, CancellationToken cancellation);
}
