namespace LusPipeline.Core.Messages;

/// <summary>Hands a message to the next stage. Called after the ledger's row has moved, never before.</summary>
public interface IStageBus
{
    Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellation) where TMessage : class;
}
