namespace LusPipeline.Pipeline.Attempts;

/// <summary>Asks the ledger about messages that the broker gave up delivering.</summary>
public interface IReturnedWork
{
    /// <param name="message">A stage's message.</param>
    Task<ReturnedOutcome> SettleAsync(object message, CancellationToken cancellation);
}
