using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>One of the <see cref="Measures"/>, by name.</summary>
/// <param name="Name">The name in JSON, for example <c>covidRecall</c>.</param>
/// <param name="Title">The name for people.</param>
/// <param name="Class">The class that it is about; null if it is about all.</param>
/// <param name="Of">Reads the value.</param>
public sealed record Measure(string Name, string Title, Diagnosis? Class, Func<Measures, double> Of)
{
    /// <summary>The measures over all classes, in the order in which reports show them.</summary>
    public static IReadOnlyList<Measure> Overall { get; } =
    [
        new("accuracy", "accuracy", null, measures => measures.Accuracy),
        new("balancedAccuracy", "balanced accuracy", null, measures => measures.BalancedAccuracy),
        new("macroF1", "macro F1", null, measures => measures.MacroF1),
        new("macroAuroc", "macro AUROC", null, measures => measures.MacroAuroc),
        new("logLoss", "log loss", null, measures => measures.LogLoss),
        new("brier", "Brier score", null, measures => measures.Brier),
        new("calibrationError", "expected calibration error", null, measures => measures.CalibrationError),
        new("matthews", "Matthews correlation", null, measures => measures.Matthews),
        new("kappa", "Cohen's kappa", null, measures => measures.Kappa),
    ];

    /// <summary>The measures of each class, class by class.</summary>
    public static IReadOnlyList<Measure> ByClass { get; } = [.. Classes.All.SelectMany(OfClass)];

    public static IReadOnlyList<Measure> All { get; } = [.. Overall, .. ByClass];

    private static IEnumerable<Measure> OfClass(Diagnosis diagnosis)
    {
        return
        [
            Named("Precision", "precision", one => one.Precision),
            Named("Recall", "recall (sensitivity)", one => one.Recall),
            Named("F1", "F1", one => one.F1),
            Named("Specificity", "specificity", one => one.Specificity),
            Named("Auroc", "AUROC", one => one.Auroc),
        ];

        Measure Named(string name, string title, Func<ClassMeasures, double> of) =>
            new($"{diagnosis.Name()}{name}", title, diagnosis, measures => of(measures.Classes[(int)diagnosis]));
    }
}
