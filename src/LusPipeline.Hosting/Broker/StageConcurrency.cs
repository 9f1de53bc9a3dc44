using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>How many messages of each stage are handled at the same time.</summary>
public sealed record StageConcurrency(int Ingest, int Features, int Sequence) : PerStage<int>(Ingest, Features, Sequence);
