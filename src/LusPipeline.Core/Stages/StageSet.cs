namespace LusPipeline.Core.Stages;

/// <summary>Stages of the pipeline: one, or several that share a process.</summary>
[Flags]
public enum StageSet
{
    None = 0,
    Ingest = 1,
    Features = 2,
    Sequence = 4,
    All = Ingest | Features | Sequence,
}
