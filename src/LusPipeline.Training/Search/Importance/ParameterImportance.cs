using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Importance;

/// <summary>
/// How much of the variation of the values each parameter explains by itself: functional analysis of variance over a random forest (Hutter, Hoos and
/// Leyton-Brown, An efficient approach for assessing hyperparameter importance, ICML 2014). The shares are scaled to the sum 1, as Optuna's fANOVA evaluator
/// does. Choices are columns of their own, one for each of up to eight.
/// </summary>
public static class ParameterImportance
{
    /// <summary>The method's name for reports.</summary>
    public const string Method = "fANOVA";

    private const int Trees = 64;

    /// <summary>More choices are one column with their numbers: the places to look at double with each column.</summary>
    private const int MostColumns = 8;

    /// <param name="trials">The trials; complete ones count.</param>
    /// <param name="seed">The forest's seed.</param>
    /// <returns>Parameters by importance; empty if there are fewer than two complete trials, if all have the same value, or if nothing was varied.</returns>
    public static IReadOnlyList<(string Name, double Share)> Of(IReadOnlyList<Trial> trials, int seed)
    {
        var complete = trials.Where(trial => trial is { State: TrialState.Complete, Value: { } value } && double.IsFinite(value)).ToArray();
        string[] names =
        [
            .. complete.SelectMany(trial => trial.Parameters.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(name => complete.All(trial => trial.Parameters.ContainsKey(name)) && complete.Select(trial => trial.Parameters[name].Value).Distinct().Skip(1).Any()),
        ];
        if (names.Length == 0 || complete.Select(trial => trial.Value).Distinct().Count() < 2)
            return [];
        var columns = new List<(string Name, double Low, double High, Func<double, double> Of)>();
        foreach (var name in names)
            columns.AddRange(Columns(complete.Select(trial => trial.Parameters[name].Distribution)).Select(one => (name, one.Low, one.High, one.Of)));
        var rows = complete.Select(trial => columns.Select(column => column.Of(trial.Parameters[column.Name].Value)).ToArray()).ToArray();
        var values = complete.Select(trial => trial.Value!.Value).ToArray();
        (double Low, double High)[] box = [.. columns.Select(column => (column.Low, column.High))];

        var random = new Random(seed);
        var shares = names.ToDictionary(name => name, _ => new List<double>(), StringComparer.Ordinal);
        for (var tree = 0; tree < Trees; tree++)
        {
            var samples = Enumerable.Range(0, rows.Length).Select(_ => random.Next(rows.Length)).ToArray();
            var variances = new TreeVariances(new(rows, values, samples), box);
            if (!(variances.Total > 0))
                continue;
            foreach (var name in names)
                shares[name].Add(variances.Of([.. Enumerable.Range(0, columns.Count).Where(column => columns[column].Name == name)]) / variances.Total);
        }
        var means = names.Select(name => (Name: name, Share: shares[name].DefaultIfEmpty(0).Average())).ToArray();
        var sum = means.Sum(mean => mean.Share);
        return sum > 0 ? [.. means.Select(mean => (mean.Name, mean.Share / sum)).OrderByDescending(mean => mean.Item2)] : [];
    }

    private static IEnumerable<(double Low, double High, Func<double, double> Of)> Columns(IEnumerable<Distribution> distributions)
    {
        var all = distributions.ToArray();
        if (all[0] is CategoricalDistribution { Choices.Count: > MostColumns } many)
            return [(-0.5, many.Choices.Count - 0.5, value => value)];
        if (all[0] is CategoricalDistribution categorical)
            return Enumerable.Range(0, categorical.Choices.Count).Select(choice => (0.0, 1.0, (Func<double, double>)(value => (int)value == choice ? 1 : 0)));
        var numbers = all.Cast<NumberDistribution>().ToArray();
        var half = (numbers[0].Distance ?? 0) / 2;
        var (low, high) = (numbers.Min(one => one.Least) - half, numbers.Max(one => one.Greatest) + half);
        return numbers[0].IsLog ? [(Math.Log(low), Math.Log(high), value => Math.Log(value))] : [(low, high, value => value)];
    }
}
