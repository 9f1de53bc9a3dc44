using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>
/// Tries every combination once. A range gives its steps; one without steps, or with a logarithm, gives some values that are evenly spaced.
/// </summary>
public sealed class GridSampler : ISampler
{
    /// <summary>How many values a range without steps gives.</summary>
    public const int ValuesOfRange = 4;

    private const long MostPoints = 1_000_000;

    /// <summary>The number of combinations.</summary>
    /// <exception cref="SearchException">There are more than a million.</exception>
    public static int Points(IReadOnlyDictionary<string, Distribution> space)
    {
        ArgumentNullException.ThrowIfNull(space);
        var points = 1L;
        foreach (var (name, distribution) in space)
        {
            points *= Values(distribution).Length;
            if (points > MostPoints)
                throw new SearchException($"The grid has more than {MostPoints} points at the parameter '{name}'. Give greater steps or fewer choices, or --sampler tpe.");
        }
        return (int)points;
    }

    public IReadOnlyDictionary<string, double>? Sample(
        IReadOnlyDictionary<string, Distribution> space, IReadOnlyList<Trial> history, SearchDirection direction, int number, Random random)
    {
        ArgumentNullException.ThrowIfNull(history);
        var (count, names) = (Points(space), space.Keys.Order(StringComparer.Ordinal).ToArray());
        var values = names.Select(name => Values(space[name])).ToArray();
        var tried = history.Where(trial => trial.State != TrialState.Fail && names.All(trial.Parameters.ContainsKey))
            .Select(trial => Key(names.Select(name => trial.Parameters[name].Value))).ToHashSet(StringComparer.Ordinal);
        var open = Enumerable.Range(0, count).Where(point => !tried.Contains(Key(Point(point)))).ToArray();
        if (open.Length == 0)
            return null;
        // Trials that begin at a time have different numbers, so they take different points.
        var chosen = Point(open[number % open.Length]);
        return names.Zip(chosen).ToDictionary(pair => pair.First, pair => pair.Second);

        double[] Point(int point)
        {
            var result = new double[names.Length];
            for (var index = names.Length - 1; index >= 0; index--)
            {
                result[index] = values[index][point % values[index].Length];
                point /= values[index].Length;
            }
            return result;
        }
    }

    private static string Key(IEnumerable<double> values) => string.Join(' ', values.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

    private static double[] Values(Distribution distribution)
    {
        if (distribution is CategoricalDistribution categorical)
            return [.. Enumerable.Range(0, categorical.Choices.Count).Select(index => (double)index)];
        var number = (NumberDistribution)distribution;
        if (number.IsSingle)
            return [number.Least];
        if (number is { IsLog: false, Distance: { } step })
        {
            var steps = Math.Round((number.Greatest - number.Least) / step);
            return steps < MostPoints ? [.. Enumerable.Range(0, (int)steps + 1).Select(index => number.Nearest(number.Least + (index * step)))] : new double[MostPoints];
        }
        var (low, high) = number.IsLog ? (Math.Log(number.Least), Math.Log(number.Greatest)) : (number.Least, number.Greatest);
        return
        [
            .. Enumerable.Range(0, ValuesOfRange).Select(index => low + (index * (high - low) / (ValuesOfRange - 1)))
                .Select(value => number.Nearest(number.IsLog ? Math.Exp(value) : value)).Distinct(),
        ];
    }
}
