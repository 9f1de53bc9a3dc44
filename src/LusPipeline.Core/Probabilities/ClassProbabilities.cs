namespace LusPipeline.Core.Probabilities;

/// <summary>One probability for each class. Each is in [0, 1], and their sum is 1 within the rounding of float32.</summary>
public readonly record struct ClassProbabilities(double Covid, double Pneumonia, double Healthy)
{
    /// <param name="values">Three values in the order of <see cref="Diagnosis"/>.</param>
    /// <exception cref="ArgumentException">
    /// There are not three values, a value is outside [0, 1] or not a number, or the sum differs from 1 by more than 1e-3.
    /// </exception>
    public static ClassProbabilities From(ReadOnlySpan<float> values)
    {
        if (values.Length != 3)
            throw new ArgumentException($"A model of three classes gave {values.Length} values.", nameof(values));
        foreach (var value in values)
        {
            if (!(value is >= 0f and <= 1.0001f))
                throw new ArgumentException($"{value} is not a probability.", nameof(values));
        }
        var sum = (double)values[0] + values[1] + values[2];
        if (Math.Abs(sum - 1) > 1e-3)
            throw new ArgumentException($"The probabilities add up to {sum}.", nameof(values));
        return new(values[0], values[1], values[2]);
    }

    public double this[Diagnosis diagnosis] => diagnosis switch
    {
        Diagnosis.Covid => Covid,
        Diagnosis.Pneumonia => Pneumonia,
        _ => Healthy,
    };

    /// <summary>The most probable class. If several are equal, the first of them.</summary>
    public Diagnosis Winner =>
        Covid >= Pneumonia && Covid >= Healthy ? Diagnosis.Covid
        : Pneumonia >= Healthy ? Diagnosis.Pneumonia
        : Diagnosis.Healthy;
}
