using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Publishes messages whose type is known only at run time.</summary>
internal sealed class StageBusPublisher(IStageBus bus)
{
    public Task PublishAsync(object message, CancellationToken cancellation) => message switch
    {
        VideoFound found => bus.PublishAsync(found, cancellation),
        ClipReady ready => bus.PublishAsync(ready, cancellation),
        FeaturesReady ready => bus.PublishAsync(ready, cancellation),
        _ => throw new ArgumentException($"{message.GetType().Name} is no message of a stage.", nameof(message)),
    };
}
