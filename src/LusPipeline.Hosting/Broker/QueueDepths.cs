using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Messages that wait on the broker. Brokers from 4.2.6 on tell them only to users who have a permission on the queue.</summary>
/// <param name="Stages">In the queues of each stage; null where this user is not told.</param>
/// <param name="Returned">Messages that the broker gave up delivering and that no worker has settled yet; null if this user is not told.</param>
/// <param name="DeadLetters">Messages that no worker takes again; null if this user is not told.</param>
/// <param name="Hidden">The queues of which this user is told nothing.</param>
public sealed record QueueDepths(PerStage<StageDepth?> Stages, long? Returned, long? DeadLetters, IReadOnlyCollection<string> Hidden);

/// <summary>Messages of a stage that no consumer holds.</summary>
/// <param name="Consumers">Workers that consume the queue.</param>
public sealed record StageDepth(long Routine, long Urgent, int Consumers)
{
    public long Ready => Routine + Urgent;
}
