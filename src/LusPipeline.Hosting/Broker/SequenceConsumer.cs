using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Pipeline.Sequence;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class SequenceConsumer(SequenceHandler handler, FatalError fault, StageStop stop, TimeProvider clock) : IConsumer<FeaturesReady>
{
    public Task Consume(ConsumeContext<FeaturesReady> context)
    {
        QueueWait.Record(Stage.Sequence, context, clock);
        BrokerTrace.Begin(context);
        return fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
    }
}

internal sealed class SequenceConsumerDefinition : ConsumerDefinition<SequenceConsumer>
{
    public SequenceConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = Stage.Sequence.Name();
        ConcurrentMessageLimit = concurrency.Sequence;
    }
}
