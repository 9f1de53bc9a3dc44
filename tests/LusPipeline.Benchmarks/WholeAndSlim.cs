namespace LusPipeline.Benchmarks;

/// <summary>A comparison of the whole bundle with its slim form, in turns.</summary>
internal static class WholeAndSlim
{
    /// <summary>The runs in their order. It changes from round to round, so that a machine that slows down harms both.</summary>
    public static IEnumerable<(int Round, bool Fast)> Turns(int rounds) =>
        Enumerable.Range(1, rounds).SelectMany(round => new[] { round % 2 == 0, round % 2 == 1 }.Select(fast => (round, fast)));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
