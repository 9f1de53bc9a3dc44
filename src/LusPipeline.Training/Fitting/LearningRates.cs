namespace LusPipeline.Training.Fitting;

/// <summary>The learning rate of each step.</summary>
internal static class LearningRates
{
    private const double StartDivisor = 25;
    private const double EndDivisor = 1e4;
    private const double RisingShare = 0.3;

    /// <param name="step">From 0.</param>
    /// <param name="steps">The number of all steps.</param>
    public static double At(FitOptions options, long step, long steps)
    {
        if (options.Schedule == LearningRateSchedule.Constant)
            return options.LearningRate;
        var (greatest, start) = (options.LearningRate, options.LearningRate / StartDivisor);
        var top = (RisingShare * steps) - 1;
        return step <= top
            ? Cosine(start, greatest, step / top)
            : Cosine(greatest, start / EndDivisor, (step - top) / (steps - 1 - top));
    }

    private static double Cosine(double from, double to, double share) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * Math.Clamp(share, 0, 1))));
}
