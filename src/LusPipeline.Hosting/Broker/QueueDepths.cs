using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Messages that wait on the broker.</summary>
/// <param name="Stages">In the queues of each stage.</param>
/// <param name="Returned">Messages that the broker gave up delivering and that no worker has settled yet.</param>
/// <param name="DeadLetters">Messages that no worker takes again.</param>
public sealed record QueueDepths(PerStage<StageDepth> Stages, long Returned, long DeadLetters);

/// <summary>Messages of a stage that no consumer holds.</summary>
/// <param name="Consumers">Workers that consume the queue.</param>
public sealed record StageDepth(long Routine, long Urgent, int Consumers)
{
    public long Ready => Routine + Urgent;
}
