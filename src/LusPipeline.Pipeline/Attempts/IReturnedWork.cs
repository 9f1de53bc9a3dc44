using LusPipeline.Core.Messages;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>Decides what happens to messages that the broker no longer delivers, because they were delivered too often.</summary>
public interface IReturnedWork
{
    /// <summary>Compares the message with the ledger's row. If the row's work has crashed too often, it is failed.</summary>
    Task<ReturnedOutcome> SettleAsync(IStageMessage message, CancellationToken cancellation);
}
