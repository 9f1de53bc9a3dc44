using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Pruning;

/// <summary>Decides which trials are not worth finishing.</summary>
public interface IPruner
{
    /// <param name="trial">The running trial, with what it has reported.</param>
    /// <param name="all">All trials of the search, this one too.</param>
    /// <param name="direction">Which values are good.</param>
    PruningVerdict Judge(Trial trial, IReadOnlyList<Trial> all, SearchDirection direction);
}

/// <param name="Prune">Whether the trial is to end.</param>
/// <param name="Attributes">System attributes of the trial to store, by name; null for none.</param>
public sealed record PruningVerdict(bool Prune, IReadOnlyDictionary<string, double>? Attributes = null)
{
    public static PruningVerdict GoOn { get; } = new(false);
}

/// <summary>Lets every trial end.</summary>
public sealed class NoPruner : IPruner
{
    public PruningVerdict Judge(Trial trial, IReadOnlyList<Trial> all, SearchDirection direction) => PruningVerdict.GoOn;
}
