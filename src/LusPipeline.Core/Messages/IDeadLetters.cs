namespace LusPipeline.Core.Messages;

/// <summary>Keeps messages that no worker will take again, for people to look at.</summary>
public interface IDeadLetters
{
    /// <param name="reason">One of <see cref="Outcomes.ReasonCode"/>.</param>
    Task KeepAsync<TMessage>(TMessage message, string reason, CancellationToken cancellation) where TMessage : class;
}
