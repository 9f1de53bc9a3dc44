using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Pipeline.Ingest;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

internal sealed class IngestConsumer(IngestHandler handler, FatalError fault, StageStop stop, TimeProvider clock) : IConsumer<VideoFound>
{
    public Task Consume(ConsumeContext<VideoFound> context)
    {
        QueueWait.Record(Stage.Ingest, context, clock);
        BrokerTrace.Begin(context);
        return fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
    }
}

internal sealed class IngestConsumerDefinition : ConsumerDefinition<IngestConsumer>
{
    public IngestConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = Stage.Ingest.Name();
        ConcurrentMessageLimit = concurrency.Ingest;
    }
}
