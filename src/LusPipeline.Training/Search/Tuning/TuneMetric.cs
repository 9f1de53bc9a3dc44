using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>What a search for a head makes good: a mean over the folds.</summary>
/// <param name="Name">The name in options and in the storage.</param>
/// <param name="Title">The name for people.</param>
/// <param name="Direction">Which values are good.</param>
/// <param name="Of">Reads a fold's value.</param>
public sealed record TuneMetric(string Name, string Title, SearchDirection Direction, Func<Measures, double> Of)
{
    public static IReadOnlyList<TuneMetric> All { get; } =
    [
        new("balanced-accuracy", "balanced accuracy", SearchDirection.Maximize, measures => measures.BalancedAccuracy),
        new("accuracy", "accuracy", SearchDirection.Maximize, measures => measures.Accuracy),
        new("log-loss", "log loss", SearchDirection.Minimize, measures => measures.LogLoss),
    ];
}
