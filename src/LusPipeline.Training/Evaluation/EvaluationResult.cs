using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>Predictions over folds with everything that is computed from them.</summary>
public sealed class EvaluationResult
{
    private EvaluationResult(
        IReadOnlyList<Prediction> predictions, Measures pooled, IReadOnlyList<FoldResult> folds, IReadOnlyList<Figure> figures,
        IReadOnlyList<OperatingPoint> operatingPoints)
    {
        Predictions = predictions;
        Folds = folds;
        Figures = figures;
        OperatingPoints = operatingPoints;
        Pooled = pooled;
        Uncertain = UncertainThreshold.Find(predictions);
        BestTemperature = Temperature.Fit(predictions);
    }

    /// <summary>The predictions of all folds.</summary>
    public IReadOnlyList<Prediction> Predictions { get; }

    public IReadOnlyList<FoldResult> Folds { get; }

    /// <summary>The measures of all predictions together.</summary>
    public Measures Pooled { get; }

    /// <summary>Each of <see cref="Measure.All"/>, in that order.</summary>
    public IReadOnlyList<Figure> Figures { get; }

    public IReadOnlyList<OperatingPoint> OperatingPoints { get; }

    /// <summary>Null if no threshold can be derived.</summary>
    public UncertainThreshold? Uncertain { get; }

    /// <summary>The temperature at which the log loss of these very predictions would be smallest: 1 if they are well calibrated.</summary>
    public double BestTemperature { get; }

    /// <param name="predictions">The predictions of all folds, at least one.</param>
    /// <param name="sensitivities">For which classes an operating point is wanted, and the sensitivity.</param>
    /// <param name="bootstrap">Draws the samples for the intervals.</param>
    public static EvaluationResult Compute(
        IReadOnlyList<Prediction> predictions, IReadOnlyList<(Diagnosis Class, double Sensitivity)> sensitivities, PatientBootstrap bootstrap)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(sensitivities);
        ArgumentNullException.ThrowIfNull(bootstrap);
        var folds = predictions.GroupBy(prediction => prediction.Fold, StringComparer.Ordinal).Select(fold => new FoldResult(fold.Key, [.. fold])).ToArray();
        var pooled = new Measures(predictions);
        var intervals = bootstrap.Intervals(predictions, Measure.All);
        var figures = Measure.All.Select((measure, index) => Figure.Of(measure, pooled, folds, intervals[index])).ToArray();
        var points = sensitivities.Select(wanted => OperatingPoint.Find(predictions, wanted.Class, wanted.Sensitivity)).ToArray();
        return new(predictions, pooled, folds, figures, points);
    }

    /// <summary>The figure of a measure by its name.</summary>
    public Figure this[string measure] => Figures.First(figure => figure.Measure.Name == measure);
}

/// <summary>The test side of one fold.</summary>
public sealed class FoldResult(string name, IReadOnlyList<Prediction> predictions)
{
    public string Name { get; } = name;
    public int Videos { get; } = predictions.Count;
    public int Patients { get; } = predictions.Select(prediction => prediction.Patient).Distinct(StringComparer.Ordinal).Count();
    public Measures Measures { get; } = new(predictions);
}

/// <summary>One measure of an evaluation.</summary>
/// <param name="Measure">Which.</param>
/// <param name="Mean">The mean over the folds in which it has a value.</param>
/// <param name="Deviation">The population standard deviation over them, as NumPy's <c>std</c>.</param>
/// <param name="Pooled">The value for all predictions together.</param>
/// <param name="Interval">The 95 % interval of the pooled value.</param>
public sealed record Figure(Measure Measure, double Mean, double Deviation, double Pooled, Interval Interval)
{
    internal static Figure Of(Measure measure, Measures pooled, IReadOnlyList<FoldResult> folds, Interval interval)
    {
        var values = folds.Select(fold => measure.Of(fold.Measures)).Where(double.IsFinite).ToArray();
        var mean = values.Length == 0 ? double.NaN : values.Average();
        var deviation = values.Length == 0 ? double.NaN : Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return new(measure, mean, deviation, measure.Of(pooled), interval);
    }
}
