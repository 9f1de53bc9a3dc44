namespace LusPipeline.Ledger.Republishing;

/// <summary>Messages that wait in the queues of each stage, urgent ones included; those in a worker's hands are not counted.</summary>
public sealed record StageBacklog(long Ingest, long Features, long Sequence);
