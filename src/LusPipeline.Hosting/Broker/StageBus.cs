using LusPipeline.Core.Messages;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class StageBus(IBus bus) : IStageBus
{
    public Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellation) where TMessage : class =>
        bus.Publish(message, cancellation);
}
