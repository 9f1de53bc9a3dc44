namespace LusPipeline.Core.Messages;

/// <summary>Keeps messages that no worker will take again, so that people can inspect them.</summary>
public interface IDeadLetters
{
    /// <param name="reason">One of <see cref="Outcomes.ReasonCode"/>.</param>
    Task KeepAsync(IStageMessage message, string reason, CancellationToken cancellation);
}
