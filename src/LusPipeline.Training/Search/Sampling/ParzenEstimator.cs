using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>
/// A density over several parameters, made of observations: a mixture whose components are products of one kernel for each parameter (Watanabe,
/// Tree-structured Parzen estimator, 2023, arXiv:2304.11127). The settings are Optuna's.
/// </summary>
internal sealed class ParzenEstimator
{
    /// <summary>So many of the latest observations count fully; the weight of older ones falls linearly.</summary>
    private const int FullWeight = 25;

    private readonly double[] _weights;
    private readonly double[] _logWeights;
    private readonly ParzenKernels[] _kernels;

    /// <param name="space">The parameters.</param>
    /// <param name="observations">For each observation, oldest first, a value for each parameter.</param>
    public ParzenEstimator(IReadOnlyList<Distribution> space, IReadOnlyList<double[]> observations)
    {
        double[] weights = [.. Weights(observations.Count), 1];
        var sum = weights.Sum();
        _weights = [.. weights.Select(weight => weight / sum)];
        _logWeights = [.. _weights.Select(weight => Math.Log(weight))];
        _kernels = [.. space.Select((distribution, index) => ParzenKernels.Of(distribution, [.. observations.Select(observation => observation[index])]))];
    }

    /// <summary>Draws a value for each parameter.</summary>
    public double[] Draw(Random random)
    {
        var kernel = Draws.Index(_weights, random);
        return [.. _kernels.Select(kernels => kernels.Draw(kernel, random))];
    }

    /// <summary>The logarithm of the density, of the probability for parameters with steps or choices.</summary>
    /// <param name="values">A value for each parameter.</param>
    public double LogDensity(double[] values)
    {
        var sums = (double[])_logWeights.Clone();
        for (var index = 0; index < _kernels.Length; index++)
            _kernels[index].AddLogDensities(values[index], sums);
        var most = sums.Max();
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(sums.Sum(sum => Math.Exp(sum - most)));
    }

    private static IEnumerable<double> Weights(int count)
    {
        if (count < FullWeight)
            return Enumerable.Repeat(1.0, count);
        var older = count - FullWeight;
        return Enumerable.Range(0, older).Select(index => older == 1 ? 1.0 / count : (1.0 / count) + (index * (1 - (1.0 / count)) / (older - 1)))
            .Concat(Enumerable.Repeat(1.0, FullWeight));
    }
}
