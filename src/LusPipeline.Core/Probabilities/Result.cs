namespace LusPipeline.Core.Probabilities;

/// <summary>The result of a video (over its clips) or of a study (over its videos).</summary>
/// <param name="Probabilities">The mean over the parts.</param>
/// <param name="Spread">The population standard deviation of the winning class's probability over the parts; 0 for one part.</param>
/// <param name="Uncertain">Whether the highest probability is below the bundle's threshold.</param>
public readonly record struct Result(ClassProbabilities Probabilities, double Spread, bool Uncertain)
{
    public Diagnosis Diagnosis => Probabilities.Winner;

    /// <param name="parts">
    /// One part or more, in a fixed order (clips by index, videos by id), because a floating-point sum depends on the order.
    /// </param>
    /// <param name="threshold">The bundle's threshold in [0, 1].</param>
    public static Result Mean(IReadOnlyList<ClassProbabilities> parts, double threshold)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count);
        double covid = 0, pneumonia = 0, healthy = 0;
        foreach (var part in parts)
        {
            covid += part.Covid;
            pneumonia += part.Pneumonia;
            healthy += part.Healthy;
        }
        var mean = new ClassProbabilities(covid / parts.Count, pneumonia / parts.Count, healthy / parts.Count);
        var winner = mean.Winner;
        double squares = 0;
        foreach (var part in parts)
        {
            var distance = part[winner] - mean[winner];
            squares += distance * distance;
        }
        return new(mean, Math.Sqrt(squares / parts.Count), mean[winner] < threshold);
    }
}
