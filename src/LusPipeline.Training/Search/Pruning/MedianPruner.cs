using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Pruning;

/// <summary>
/// Ends a trial whose best report so far is worse than the median of what complete trials had reported at the same step (Golovin et al., Google Vizier, 2017).
/// As Optuna's MedianPruner with its defaults.
/// </summary>
public sealed class MedianPruner : IPruner
{
    /// <summary>So many trials have to be complete first.</summary>
    public const int StartupTrials = 5;

    public PruningVerdict Judge(Trial trial, IReadOnlyList<Trial> all, SearchDirection direction)
    {
        ArgumentNullException.ThrowIfNull(trial);
        var complete = all.Where(one => one.State == TrialState.Complete).ToArray();
        if (complete.Length < StartupTrials || trial.LastStep is not { } step)
            return PruningVerdict.GoOn;
        var sign = direction == SearchDirection.Minimize ? 1 : -1;
        var own = trial.Intermediate.Values.Where(value => !double.IsNaN(value)).Select(value => sign * value).ToArray();
        if (own.Length == 0)
            return new(Prune: true);
        var others = complete.Where(one => one.Intermediate.ContainsKey(step)).Select(one => sign * one.Intermediate[step]).Where(value => !double.IsNaN(value))
            .Order().ToArray();
        if (others.Length == 0)
            return PruningVerdict.GoOn;
        var median = (others[(others.Length - 1) / 2] + others[others.Length / 2]) / 2;
        return new(own.Min() > median);
    }
}
