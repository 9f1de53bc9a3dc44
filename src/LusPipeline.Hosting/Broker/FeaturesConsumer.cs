using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Pipeline.Features;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class FeaturesConsumer(FeaturesHandler handler, FatalError fault, StageStop stop, TimeProvider clock) : IConsumer<ClipReady>
{
    public Task Consume(ConsumeContext<ClipReady> context)
    {
        QueueWait.Record(Stage.Features, context, clock);
        BrokerTrace.Begin(context);
        return fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
    }
}

internal sealed class FeaturesConsumerDefinition : ConsumerDefinition<FeaturesConsumer>
{
    public FeaturesConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = Stage.Features.Name();
        ConcurrentMessageLimit = concurrency.Features;
    }
}
