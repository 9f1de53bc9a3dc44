using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>
/// The tree-structured Parzen estimator: two densities are made, one of the parameters of the best trials and one of all others. Of some values that are
/// drawn from the first, the one is tried at which the first is largest compared with the second (Bergstra et al., Algorithms for hyper-parameter
/// optimization, NIPS 2011; Watanabe, arXiv:2304.11127). The settings are those of Optuna 5. Running trials count among the others, so that processes that
/// search at a time do not try the same.
/// </summary>
/// <param name="independent">Treats each parameter by itself, instead of all of them together.</param>
public sealed class TpeSampler(bool independent = false) : ISampler
{
    /// <summary>So many trials need a result before the estimate begins; until then parameters are drawn evenly.</summary>
    public const int StartupTrials = 10;

    private const int Candidates = 24;
    private const int MostGood = 25;

    public IReadOnlyDictionary<string, double> Sample(
        IReadOnlyDictionary<string, Distribution> space, IReadOnlyList<Trial> history, SearchDirection direction, int number, Random random)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(random);
        var withResult = history.Where(trial => trial.HasResult).ToArray();
        if (withResult.Length < StartupTrials)
            return space.ToDictionary(pair => pair.Key, pair => Draws.Value(pair.Value, random));
        var chosen = space.Where(pair => pair.Value.IsSingle).ToDictionary(pair => pair.Key, pair => Draws.Value(pair.Value, random));
        var open = space.Where(pair => !pair.Value.IsSingle).Select(pair => pair.Key).ToArray();
        // Parameters that some trials lack, for example of another space, are treated by themselves.
        var joint = independent ? [] : open.Where(name => withResult.All(trial => trial.Parameters.ContainsKey(name))).ToArray();
        var groups = open.Except(joint).Select(name => new[] { name });
        if (joint.Length > 0)
            groups = groups.Prepend(joint);
        var (good, other) = Split(history, direction);
        foreach (var names in groups)
        {
            var values = Choose([.. names.Select(name => space[name])], Observations(good, names, space), Observations(other, names, space), random);
            for (var index = 0; index < names.Length; index++)
                chosen[names[index]] = values[index];
        }
        return chosen;
    }

    private static double[] Choose(IReadOnlyList<Distribution> space, IReadOnlyList<double[]> good, IReadOnlyList<double[]> other, Random random)
    {
        var (first, second) = (new ParzenEstimator(space, good), new ParzenEstimator(space, other));
        return Enumerable.Range(0, Candidates).Select(_ => first.Draw(random)).ToArray()
            .MaxBy(candidate => first.LogDensity(candidate) - second.LogDensity(candidate))!;
    }

    /// <summary>The best tenth of the trials, 25 at most, and all others with those that run; both by number.</summary>
    internal static (IReadOnlyList<Trial> Good, IReadOnlyList<Trial> Other) Split(IReadOnlyList<Trial> history, SearchDirection direction)
    {
        var complete = history.Where(trial => trial is { State: TrialState.Complete, Value: not null }).OrderBy(trial => trial.Loss(direction));
        var pruned = history.Where(trial => trial.State == TrialState.Pruned).OrderBy(trial => PrunedRank(trial, direction));
        Trial[] ranked = [.. complete, .. pruned];
        var count = Math.Min((int)Math.Ceiling(0.1 * ranked.Length), MostGood);
        return (
            [.. ranked.Take(count).OrderBy(trial => trial.Number)],
            [.. ranked.Skip(count).Concat(history.Where(trial => trial.State == TrialState.Running)).OrderBy(trial => trial.Number)]);
    }

    /// <summary>Of pruned trials, those that came further are better, and then those with the better last value.</summary>
    private static (int Step, double Loss) PrunedRank(Trial trial, SearchDirection direction)
    {
        if (trial.LastStep is not { } step)
            return (1, 0);
        var value = trial.Intermediate[step];
        return (-step, double.IsNaN(value) ? double.PositiveInfinity : direction == SearchDirection.Minimize ? value : -value);
    }

    private static List<double[]> Observations(IReadOnlyList<Trial> trials, string[] names, IReadOnlyDictionary<string, Distribution> space) =>
    [
        .. trials.Where(trial => names.All(trial.Parameters.ContainsKey))
            .Select(trial => names.Select(name => Within(space[name], trial.Parameters[name].Value)).ToArray()),
    ];

    /// <summary>Another process may have searched a wider range.</summary>
    private static double Within(Distribution distribution, double value) => distribution is NumberDistribution number ? Math.Clamp(value, number.Least, number.Greatest) : value;
}
