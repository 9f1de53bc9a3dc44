using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Reporting;

/// <summary>A search with how it was made.</summary>
public sealed record SearchReport
{
    /// <summary>The search's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is stored, without a password.</summary>
    public required string Place { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>What the values are, for people.</summary>
    public required string Metric { get; init; }

    public required SearchDirection Direction { get; init; }

    /// <summary>All trials, by number.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>Parameters by importance; empty if there is too little to tell.</summary>
    public required IReadOnlyList<(string Name, double Share)> Importance { get; init; }

    /// <summary>The method of <see cref="Importance"/>.</summary>
    public required string ImportanceMethod { get; init; }

    /// <summary>The command that trains with the best parameters; null if no trial is complete.</summary>
    public string? BestCommand { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>What a reader must know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The best complete trial; null if there is none.</summary>
    public Trial? Best => Trials.Best(Direction);
}
