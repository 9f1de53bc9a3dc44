namespace LusPipeline.Explaining.Importance;

/// <summary>The quadrature of Gauss and Legendre on [0, 1]: n points integrate every polynomial of a degree below 2n exactly.</summary>
internal static class GaussLegendre
{
    /// <summary>
    /// The roots of the Legendre polynomial by Newton's method from cos(π(i + ¾)/(n + ½)), and their weights 2/((1 − x²)·P′(x)²) (Abramowitz and Stegun, 25.4.29),
    /// both moved from [-1, 1] to [0, 1].
    /// </summary>
    public static (double Point, double Weight)[] Rule(int points)
    {
        var rule = new (double, double)[points];
        for (var i = 0; i < points; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (points + 0.5));
            double slope;
            for (var round = 0; ; round++)
            {
                (var value, slope) = Legendre(points, x);
                var step = value / slope;
                x -= step;
                if (Math.Abs(step) < 1e-15 || round == 100)
                    break;
            }
            rule[points - 1 - i] = ((x + 1) / 2, 1 / ((1 - (x * x)) * slope * slope));
        }
        return rule;
    }

    /// <summary>The polynomial of a degree and its derivative, by Bonnet's recursion.</summary>
    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        var (before, value) = (1.0, x);
        for (var n = 2; n <= degree; n++)
            (before, value) = (value, ((((2 * n) - 1) * x * value) - ((n - 1) * before)) / n);
        return (value, degree * ((x * value) - before) / ((x * x) - 1));
    }
}
