namespace LusPipeline.Training.Search.Sampling;

/// <summary>The standard normal distribution, exact in its tails: everything is in logarithms.</summary>
internal static class NormalDistribution
{
    private static readonly double HalfLog2Pi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>log φ(x).</summary>
    public static double LogDensity(double x) => (-0.5 * x * x) - HalfLog2Pi;

    /// <summary>log Φ(x).</summary>
    public static double LogCumulative(double x)
    {
        var y = Math.Abs(x) / Math.Sqrt(2);
        var scaled = ErrorFunction.ScaledComplement(y);
        return x <= 0 ? Math.Log(0.5 * scaled) - (y * y) : Log1P(-0.5 * scaled * Math.Exp(-y * y));
    }

    /// <summary>log (Φ(b) − Φ(a)) for a &lt; b.</summary>
    public static double LogMass(double a, double b)
    {
        if (a > 0)
            return LogMass(-b, -a);
        if (b <= 0)
        {
            var (low, high) = (LogCumulative(a), LogCumulative(b));
            return high + Log1P(-Math.Exp(low - high));
        }
        return Log1P(-Math.Exp(LogCumulative(a)) - Math.Exp(LogCumulative(-b)));
    }

    /// <summary>The value at which a share of the mass between a and b is reached.</summary>
    /// <param name="share">In [0, 1).</param>
    /// <param name="a">The lower bound.</param>
    /// <param name="b">The upper bound, above a.</param>
    public static double Quantile(double share, double a, double b)
    {
        if (a >= 0)
            return -Quantile(1 - share, -b, -a);
        if (share <= 0)
            return a;
        var target = LogSum(LogCumulative(a), Math.Log(share) + LogMass(a, b));
        // Newton's steps on log Φ, which is concave; where a step leaves the bracket, it is halved instead.
        var (low, high, x) = (a, b, a + (share * (b - a)));
        for (var round = 0; round < 200; round++)
        {
            var reached = LogCumulative(x);
            if (reached < target)
                low = x;
            else
                high = x;
            var next = x - ((reached - target) * Math.Exp(reached - LogDensity(x)));
            if (!(next > low && next < high))
                next = 0.5 * (low + high);
            if (Math.Abs(next - x) <= 1e-12 * Math.Max(1, Math.Abs(x)))
                return next;
            x = next;
        }
        return x;
    }

    private static double LogSum(double first, double second)
    {
        var most = Math.Max(first, second);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(Math.Exp(first - most) + Math.Exp(second - most));
    }

    /// <summary>log (1 + x), also where x is tiny.</summary>
    private static double Log1P(double x)
    {
        var sum = 1 + x;
        // Kahan's correction: the rounding of the sum and that of its logarithm cancel each other.
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
