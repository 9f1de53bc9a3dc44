using LusPipeline.Core.Messages;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class StageBus(IBus bus) : IStageBus
{
    public Task PublishAsync(IStageMessage message, CancellationToken cancellation) => bus.Publish((object)message, cancellation);
}
