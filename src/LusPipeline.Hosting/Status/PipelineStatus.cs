using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Status;

namespace LusPipeline.Hosting.Status;

/// <summary>The state of the ledger and the queues at one moment.</summary>
public sealed record PipelineStatus(LedgerStatus Ledger, QueueStatus Queues);

/// <summary>The depths of the queues, and the reason why they, or some of them, are unknown.</summary>
public sealed record QueueStatus(QueueDepths? Depths, string? Unknown);
