using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>The kernels of one parameter: one for each observation in order, then the prior.</summary>
internal abstract class ParzenKernels
{
    /// <param name="distribution">The parameter's values.</param>
    /// <param name="observations">What was observed, as values of the distribution.</param>
    public static ParzenKernels Of(Distribution distribution, IReadOnlyList<double> observations) => distribution switch
    {
        CategoricalDistribution categorical => new CategoricalKernels(categorical, observations),
        NumberDistribution number => new NormalKernels(number, observations),
        _ => throw new NotSupportedException($"There are no kernels for {distribution.GetType().Name}."),
    };

    /// <summary>Draws a value from a kernel.</summary>
    public abstract double Draw(int kernel, Random random);

    /// <summary>Adds the log density of a value under each kernel.</summary>
    public abstract void AddLogDensities(double value, Span<double> sums);
}

/// <summary>
/// Each observation gives its choice the weight 1 and every choice the weight 1 / (n + 1); the prior gives all the same.
/// </summary>
internal sealed class CategoricalKernels : ParzenKernels
{
    private readonly double[][] _shares;

    public CategoricalKernels(CategoricalDistribution distribution, IReadOnlyList<double> observations)
    {
        var (choices, kernels) = (distribution.Choices.Count, observations.Count + 1);
        _shares = new double[kernels][];
        for (var kernel = 0; kernel < kernels; kernel++)
        {
            var weights = new double[choices];
            Array.Fill(weights, 1.0 / kernels);
            if (kernel < observations.Count)
                weights[(int)observations[kernel]]++;
            var sum = weights.Sum();
            _shares[kernel] = [.. weights.Select(weight => weight / sum)];
        }
    }

    public override double Draw(int kernel, Random random) => Draws.Index(_shares[kernel], random);

    public override void AddLogDensities(double value, Span<double> sums)
    {
        for (var kernel = 0; kernel < sums.Length; kernel++)
            sums[kernel] += Math.Log(_shares[kernel][(int)value]);
    }
}

/// <summary>
/// Normal distributions that are cut at the ends of the range, in the logarithm of a log range, and whose mass is gathered at the values of a range with
/// steps. Their deviation is the distance to the farther neighbour, within bounds ("magic clip"); that of the prior is the range.
/// </summary>
internal sealed class NormalKernels : ParzenKernels
{
    private readonly NumberDistribution _distribution;
    private readonly double _low;
    private readonly double _high;
    private readonly double[] _means;
    private readonly double[] _deviations;
    private readonly double[] _logMasses;

    public NormalKernels(NumberDistribution distribution, IReadOnlyList<double> observations)
    {
        _distribution = distribution;
        var half = (distribution.Distance ?? 0) / 2;
        (_low, _high) = (Scaled(distribution.Least - half), Scaled(distribution.Greatest + half));
        double[] means = [.. observations.Select(Scaled)];
        _deviations = [.. Deviations(means, _low, _high), _high - _low];
        _means = [.. means, 0.5 * (_low + _high)];
        _logMasses = [.. _means.Zip(_deviations, (mean, deviation) => NormalDistribution.LogMass((_low - mean) / deviation, (_high - mean) / deviation))];
    }

    public override double Draw(int kernel, Random random)
    {
        var (mean, deviation) = (_means[kernel], _deviations[kernel]);
        var scaled = mean + (deviation * NormalDistribution.Quantile(random.NextDouble(), (_low - mean) / deviation, (_high - mean) / deviation));
        return _distribution.Nearest(_distribution.IsLog ? Math.Exp(scaled) : scaled);
    }

    public override void AddLogDensities(double value, Span<double> sums)
    {
        if (_distribution.Distance is { } step)
        {
            var (left, right) = (Scaled(value - (step / 2)), Scaled(value + (step / 2)));
            for (var kernel = 0; kernel < sums.Length; kernel++)
            {
                var (mean, deviation) = (_means[kernel], _deviations[kernel]);
                sums[kernel] += NormalDistribution.LogMass((left - mean) / deviation, (right - mean) / deviation) - _logMasses[kernel];
            }
            return;
        }
        var at = Scaled(value);
        for (var kernel = 0; kernel < sums.Length; kernel++)
        {
            var deviation = _deviations[kernel];
            sums[kernel] += NormalDistribution.LogDensity((at - _means[kernel]) / deviation) - Math.Log(deviation) - _logMasses[kernel];
        }
    }

    private double Scaled(double value) => _distribution.IsLog ? Math.Log(value) : value;

    private static double[] Deviations(double[] means, double low, double high)
    {
        var order = Enumerable.Range(0, means.Length).OrderBy(index => means[index]).ToArray();
        double[] points = [low, .. order.Select(index => means[index]), high];
        var least = (high - low) / Math.Min(100, 2.0 + means.Length);
        var deviations = new double[means.Length];
        for (var place = 1; place <= means.Length; place++)
        {
            var (left, right) = (points[place] - points[place - 1], points[place + 1] - points[place]);
            // With two observations or more, the ends of the range are no neighbours.
            var distance = means.Length == 1 ? Math.Max(left, right) : place == 1 ? right : place == means.Length ? left : Math.Max(left, right);
            deviations[order[place - 1]] = Math.Clamp(distance, least, high - low);
        }
        return deviations;
    }
}
