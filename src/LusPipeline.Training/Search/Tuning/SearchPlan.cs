using LusPipeline.Training.Search.Pruning;
using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>How a search goes.</summary>
public sealed record SearchPlan
{
    /// <summary>The search's name in the storage.</summary>
    public required string Name { get; init; }

    public required SearchDirection Direction { get; init; }

    /// <summary>What the values are, for Optuna's dashboard.</summary>
    public required string Metric { get; init; }

    /// <summary>The parameters, by name.</summary>
    public required IReadOnlyDictionary<string, Distribution> Space { get; init; }

    public ISampler Sampler { get; init; } = new TpeSampler();

    public IPruner Pruner { get; init; } = new MedianPruner();

    /// <summary>How many trials with a result the search is to have, those of earlier runs and other processes too.</summary>
    public required int Trials { get; init; }

    /// <summary>How many trials run at a time in this process.</summary>
    public int Jobs { get; init; } = 1;

    public int Seed { get; init; }

    /// <summary>What has to be the same in every run of the search, as JSON by the name of a user attribute.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>();

    /// <summary>How often a running trial says that it is alive.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many seconds without a heartbeat a trial counts as lost.</summary>
    public int GraceSeconds { get; init; } = 60;
}
