using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Status;

namespace LusPipeline.Cli.Output;

/// <summary>The ledger and the queues at one moment.</summary>
internal sealed record PipelineStatus(LedgerStatus Ledger, QueueStatus Queues);

/// <summary>What waits in the queues, or why that is not known.</summary>
internal sealed record QueueStatus(QueueDepths? Depths, string? Unknown);
