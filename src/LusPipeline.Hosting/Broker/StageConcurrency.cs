using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Messages of each stage that are handled at one time.</summary>
public sealed record StageConcurrency(int Ingest, int Features, int Sequence) : PerStage<int>(Ingest, Features, Sequence);
