using LusPipeline.Core.Messages;
using LusPipeline.Features;
using LusPipeline.Hosting.Bus;
using MassTransit;

namespace LusPipeline.Hosting.Consumers;

internal sealed class FeaturesConsumer(FeaturesHandler handler, EngineFault fault, StageStop stop) : IConsumer<ClipReady>
{
    public Task Consume(ConsumeContext<ClipReady> context) =>
        fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
}

internal sealed class FeaturesConsumerDefinition : ConsumerDefinition<FeaturesConsumer>
{
    public FeaturesConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = "features";
        ConcurrentMessageLimit = concurrency.Features;
    }
}
