using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.UnitTests.Training.Search;

/// <summary>The density is Optuna's. The expected numbers are what its _ParzenEstimator computes for the same observations, with equal ones in their order.</summary>
public sealed class ParzenEstimatorTests
{
    private static readonly Distribution[] Space =
    [
        new FloatDistribution(-2, 3), new FloatDistribution(1e-4, 1e-1, Log: true), new IntDistribution(16, 256, Log: true), new IntDistribution(10, 40, Step: 5),
        new FloatDistribution(0, 0.8, Step: 0.1), CategoricalDistribution.OfTexts("x", "y", "z"),
    ];

    private static readonly double[][] Points = [[-1.9, 2e-4, 16, 10, 0, 0], [0.3, 3e-3, 100, 25, 0.3, 1], [2.9, 0.09, 256, 40, 0.8, 2]];

    [Theory]
    [InlineData(0, new[] { -12.889346280425276, -14.237828895204368, -15.705030931012791 }, new[] { -1.6836601119431507, -1.5692601119431506, -1.6836601119431507 })]
    [InlineData(1, new[] { -11.766140231809466, -14.476415075848053, -16.237012602763926 }, new[] { -1.562092230631682, -1.5642747500633847, -1.8008915177261402 })]
    [InlineData(2, new[] { -10.108674337566919, -13.832831484825673, -16.75840674395799 }, new[] { -1.3246810384085208, -1.497387151295933, -2.4269790336384625 })]
    [InlineData(7, new[] { -6.533802829461448, -13.219672626714294, -17.784455676840157 }, new[] { -1.0715590774246442, -1.8028125217109325, -2.3235028876774586 })]
    [InlineData(40, new[] { -14.072291738746447, -17.75494199514093, -19.222157779682007 }, new[] { -2.123719439676967, -1.5868600105530883, -1.517919340723012 })]
    public void Its_density_is_that_of_optuna(int count, double[] joint, double[] alone)
    {
        var all = new ParzenEstimator(Space, Observations(count));
        var first = new ParzenEstimator(Space[..1], [.. Observations(count).Select(one => one[..1])]);

        for (var point = 0; point < Points.Length; point++)
        {
            Assert.Equal(joint[point], all.LogDensity(Points[point]), 1e-9);
            Assert.Equal(alone[point], first.LogDensity(Points[point][..1]), 1e-9);
        }
    }

    [Fact]
    public void What_it_draws_is_within_the_ranges_and_as_likely_as_it_says()
    {
        var estimator = new ParzenEstimator([new FloatDistribution(0, 0.8, Step: 0.1)], [.. Observations(7).Select(one => new[] { one[4] })]);
        var random = new Random(1);

        var drawn = Enumerable.Range(0, 20_000).Select(_ => estimator.Draw(random)[0]).GroupBy(value => value).ToDictionary(value => value.Key, value => value.Count() / 20_000.0);

        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], drawn.Keys.Order());
        foreach (var (value, share) in drawn)
            Assert.Equal(Math.Exp(estimator.LogDensity([value])), share, 0.02);
    }

    [Theory]
    [InlineData(-8, -7)]
    [InlineData(-1, 2)]
    [InlineData(6, 40)]
    public void Quantiles_of_the_cut_normal_distribution_have_the_mass_that_they_are_for(double from, double to)
    {
        foreach (var share in new[] { 0.001, 0.3, 0.5, 0.999 })
        {
            var at = NormalDistribution.Quantile(share, from, to);

            Assert.Equal(share, Math.Exp(NormalDistribution.LogMass(from, at) - NormalDistribution.LogMass(from, to)), 1e-9);
        }
    }

    /// <summary>math.exp(x * x) * math.erfc(x) of Python.</summary>
    [Theory]
    [InlineData(0.1, 0.8964569799691265)]
    [InlineData(0.46, 0.636787383832713)]
    [InlineData(1, 0.427583576155807)]
    [InlineData(3, 0.17900115118138993)]
    [InlineData(5, 0.11070463773306866)]
    public void The_error_function_has_the_digits_of_float64(double x, double expected) => Assert.Equal(expected, ErrorFunction.ScaledComplement(x), 1e-14);

    private static List<double[]> Observations(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new[]
        {
            -2 + (5.0 * (i * 37 % 101) / 101), 1e-4 * Math.Pow(1000, i * 53 % 97 / 97.0), 16 + (i * 29 % 241), 10 + (5 * (i * 3 % 7)),
            Math.Round(0.1 * (i * 5 % 9), 10), i * i % 3,
        }),
    ];
}
