using LusPipeline.Core.Messages;
using LusPipeline.Hosting.Bus;
using LusPipeline.Ingest;
using MassTransit;

namespace LusPipeline.Hosting.Consumers;

internal sealed class IngestConsumer(IngestHandler handler, EngineFault fault, StageStop stop) : IConsumer<VideoFound>
{
    public Task Consume(ConsumeContext<VideoFound> context) =>
        fault.GuardAsync(() => handler.HandleAsync(context.Message, stop.Token), stop.Token);
}

internal sealed class IngestConsumerDefinition : ConsumerDefinition<IngestConsumer>
{
    public IngestConsumerDefinition(StageConcurrency concurrency)
    {
        EndpointName = "ingest";
        ConcurrentMessageLimit = concurrency.Ingest;
    }
}
