using LusPipeline.Core.Messages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Pipeline.Sequence;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class SequenceConsumer(SequenceHandler handler, FatalError fault, StageStop stop, TimeProvider clock) : IConsumer<FeaturesReady>
{
    public Task Consume(ConsumeContext<FeaturesReady> context)
    {
        QueueWait.Record(StageMetrics.Sequence, context, clock);
        return fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
    }
}

internal sealed class SequenceConsumerDefinition : ConsumerDefinition<SequenceConsumer>
{
    public SequenceConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = "sequence";
        ConcurrentMessageLimit = concurrency.Sequence;
    }
}
