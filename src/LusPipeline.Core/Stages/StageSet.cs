namespace LusPipeline.Core.Stages;

/// <summary>The stages that one process runs.</summary>
[Flags]
public enum StageSet
{
    None = 0,
    Ingest = 1,
    Features = 2,
    Sequence = 4,
    All = Ingest | Features | Sequence,
}

public static class StageSets
{
    /// <summary>The name of a set in the ledger, in logs and in telemetry: that of its stage, or <c>all</c>.</summary>
    public static string Name(this StageSet set) => set.ToString().ToLowerInvariant();

    /// <summary>The set of this stage alone.</summary>
    public static StageSet ToSet(this Stage stage) => new PerStage<StageSet>(StageSet.Ingest, StageSet.Features, StageSet.Sequence)[stage];

    /// <summary>The stages of a set, in their order.</summary>
    public static IEnumerable<Stage> Stages(this StageSet set) => StageNames.All.Where(stage => set.HasFlag(stage.ToSet()));
}
