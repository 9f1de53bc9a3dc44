namespace LusPipeline.Core.Messages;

/// <summary>Publishes messages to the next stage. Publish a message only after the ledger's row has moved.</summary>
public interface IStageBus
{
    /// <summary>Publishes a message to the queue of its stage.</summary>
    Task PublishAsync(IStageMessage message, CancellationToken cancellation);
}
