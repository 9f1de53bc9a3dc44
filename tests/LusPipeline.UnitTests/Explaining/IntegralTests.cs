using LusPipeline.Explaining.Importance;

namespace LusPipeline.UnitTests.Explaining;

public sealed class IntegralTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    public void N_points_integrate_polynomials_of_a_degree_below_2N_exactly(int points)
    {
        var rule = GaussLegendre.Rule(points);

        Assert.All(rule, one => Assert.InRange(one.Point, 0, 1));
        for (var degree = 0; degree < 2 * points; degree++)
            Assert.Equal(1.0 / (degree + 1), rule.Sum(one => one.Weight * Math.Pow(one.Point, degree)), 1e-12);
    }
}
