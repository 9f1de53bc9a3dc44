using LusPipeline.Core.Messages;

namespace LusPipeline.UnitTests.Pipeline;

/// <summary>A bus that keeps what is published.</summary>
internal sealed class SentMessages : IStageBus
{
    public List<IStageMessage> Messages { get; } = [];

    public Task PublishAsync(IStageMessage message, CancellationToken cancellation)
    {
        Messages.Add(message);
        return Task.CompletedTask;
    }
}
