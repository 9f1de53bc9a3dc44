namespace LusPipeline.Training.Search.Sampling;

/// <summary>
/// The error function by rational approximations: W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23
/// (1969), with the coefficients of his program CALERF. Relative errors are near those of float64.
/// </summary>
internal static class ErrorFunction
{
    private static readonly double[] SmallTop = [1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3];
    private static readonly double[] SmallBottom = [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];

    private static readonly double[] MiddleTop =
    [
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
        1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
    ];

    private static readonly double[] MiddleBottom =
    [
        1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
        3.43936767414372164e3, 1.23033935480374942e3,
    ];

    private static readonly double[] LargeTop =
        [1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4];

    private static readonly double[] LargeBottom =
        [1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>e^(x²) · erfc(x) for x ≥ 0.</summary>
    public static double ScaledComplement(double x)
    {
        var square = x * x;
        if (x <= 0.46875)
            return Math.Exp(square) * (1 - (x * Ratio(SmallTop, SmallBottom, square)));
        if (x <= 4)
            return Ratio(MiddleTop, MiddleBottom, x);
        var inverse = 1 / square;
        return ((1 / Math.Sqrt(Math.PI)) - (inverse * Ratio(LargeTop, LargeBottom, inverse))) / x;
    }

    /// <summary>The quotient of two polynomials, with the coefficient of the greatest power first.</summary>
    private static double Ratio(double[] top, double[] bottom, double x)
    {
        var (upper, lower) = (0.0, 0.0);
        foreach (var coefficient in top)
            upper = (upper * x) + coefficient;
        foreach (var coefficient in bottom)
            lower = (lower * x) + coefficient;
        return upper / lower;
    }
}
