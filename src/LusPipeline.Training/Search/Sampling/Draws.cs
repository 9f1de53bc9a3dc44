using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>Draws from simple distributions.</summary>
internal static class Draws
{
    /// <summary>An index, each as often as its share says.</summary>
    /// <param name="shares">Shares with the sum 1.</param>
    public static int Index(IReadOnlyList<double> shares, Random random)
    {
        var at = random.NextDouble();
        for (var index = 0; index < shares.Count - 1; index++)
        {
            at -= shares[index];
            if (at < 0)
                return index;
        }
        return shares.Count - 1;
    }

    /// <summary>A value, each as likely as another; in a log range, each logarithm.</summary>
    public static double Value(Distribution distribution, Random random)
    {
        if (distribution is CategoricalDistribution categorical)
            return random.Next(categorical.Choices.Count);
        var number = (NumberDistribution)distribution;
        var half = (number.Distance ?? 0) / 2;
        var (low, high) = (number.Least - half, number.Greatest + half);
        if (number.IsLog)
            return number.Nearest(Math.Exp(Math.Log(low) + (random.NextDouble() * (Math.Log(high) - Math.Log(low)))));
        return number.Nearest(low + (random.NextDouble() * (high - low)));
    }
}
