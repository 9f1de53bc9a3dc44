using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Status;

namespace LusPipeline.Cli.Output;

/// <summary>The state of the ledger and the queues at one moment.</summary>
internal sealed record PipelineStatus(LedgerStatus Ledger, QueueStatus Queues);

/// <summary>The depths of the queues, or the reason why they are unknown.</summary>
internal sealed record QueueStatus(QueueDepths? Depths, string? Unknown);
