namespace LusPipeline.Training.Evaluation;

/// <summary>
/// 95 % intervals of measures by the bootstrap's percentiles (Efron 1979). Patients are drawn with replacement, not videos: the videos of one patient
/// resemble each other, and drawing them one by one would give intervals that are too narrow.
/// </summary>
/// <param name="rounds">How many samples are drawn.</param>
/// <param name="seed">Makes the samples repeatable.</param>
public sealed class PatientBootstrap(int rounds, int seed)
{
    public const int DefaultRounds = 2_000;
    private const double Tail = 0.025;

    /// <summary>The interval of each measure, in their order.</summary>
    /// <returns>
    /// NaN for both ends if there are fewer than two patients. A sample in which a measure has no value, for example for want of a class, does not count
    /// for that measure.
    /// </returns>
    public IReadOnlyList<Interval> Intervals(IReadOnlyList<Prediction> predictions, IReadOnlyList<Measure> measures)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(measures);
        var patients = predictions.GroupBy(prediction => prediction.Patient, StringComparer.Ordinal)
            .OrderBy(patient => patient.Key, StringComparer.Ordinal).Select(patient => patient.ToArray()).ToArray();
        if (patients.Length < 2)
            return [.. measures.Select(_ => new Interval(double.NaN, double.NaN))];
        var values = measures.Select(_ => new List<double>(rounds)).ToArray();
        var random = new Random(seed);
        var sample = new List<Prediction>(predictions.Count * 2);
        for (var round = 0; round < rounds; round++)
        {
            sample.Clear();
            for (var patient = 0; patient < patients.Length; patient++)
                sample.AddRange(patients[random.Next(patients.Length)]);
            var drawn = new Measures(sample);
            for (var measure = 0; measure < values.Length; measure++)
            {
                if (measures[measure].Of(drawn) is var value && double.IsFinite(value))
                    values[measure].Add(value);
            }
        }
        return [.. values.Select(found => new Interval(Quantile(found, Tail), Quantile(found, 1 - Tail)))];
    }

    /// <summary>A quantile with linear interpolation between the two nearest values (Hyndman and Fan's type 7, NumPy's default). NaN without values.</summary>
    internal static double Quantile(List<double> values, double share)
    {
        if (values.Count == 0)
            return double.NaN;
        values.Sort();
        var position = share * (values.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, values.Count - 1);
        return values[below] + ((position - below) * (values[above] - values[below]));
    }
}

/// <param name="Low">The lower end; NaN if it is not known.</param>
/// <param name="High">The upper end; NaN if it is not known.</param>
public readonly record struct Interval(double Low, double High);
