using LusPipeline.Cli.Commands;
using LusPipeline.Ledger.Status;

namespace LusPipeline.Cli.Output;

/// <summary>The ledger and the queues at one moment.</summary>
internal sealed record PipelineStatus(LedgerStatus Ledger, QueueStatus Queues);
