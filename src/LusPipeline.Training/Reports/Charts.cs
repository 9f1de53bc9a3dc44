using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Reports;

/// <param name="File">The name of a file with the picture.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Svg">The picture.</param>
/// <param name="Caption">How to read it.</param>
internal sealed record Picture(string File, string Title, string Svg, string Caption);

/// <summary>The pictures of an evaluation.</summary>
public static class Charts
{
    /// <summary>All pictures; learning curves only if something was trained.</summary>
    internal static IEnumerable<Picture> All(EvaluationReport report)
    {
        const string Lines = "One line for each fold: thin for the train side, thick for the first inner fold's other part.";
        yield return new("confusion.svg", "Confusion", Confusion(report.Result.Pooled.Confusion), "All videos; percentages are of the row.");
        yield return new("roc.svg", "ROC", Roc(report.Result), "Each class against the other two, with the area under the curve. A dot is an operating point.");
        yield return new(
            "reliability.svg", "Reliability", Reliability(report.Result.Predictions),
            "Accuracy by confidence with the number of videos. On the dashed line, a probability means what it says.");
        if (report.Curves.Count == 0)
            yield break;
        yield return new("loss.svg", "Loss", Learning(report.Curves, "loss", point => point.Loss, point => point.ValidationLoss), Lines);
        yield return new(
            "accuracy.svg", "Accuracy while training",
            Learning(report.Curves, "accuracy", point => point.Accuracy, point => point.ValidationAccuracy), Lines);
    }

    /// <summary>Numbers of videos by label (rows) and prediction (columns). A cell is the darker, the larger its part of the row is.</summary>
    public static string Confusion(Confusion confusion)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        var chart = new Chart("Confusion matrix", "predicted", 3, "label", 3);
        foreach (var label in Enum.GetValues<Diagnosis>())
        {
            var row = 2 - (int)label;
            foreach (var predicted in Enum.GetValues<Diagnosis>())
            {
                var share = confusion.Labelled(label) == 0 ? 0 : (double)confusion[label, predicted] / confusion.Labelled(label);
                chart.Box((int)predicted, row, 1, 1, "cell", share)
                    .Label((int)predicted + 0.5, row + 0.5, confusion[label, predicted].ToString(CultureInfo.InvariantCulture), share > 0.5 ? "count over" : "count")
                    .Label((int)predicted + 0.5, row + 0.2, Percent(share), share > 0.5 ? "axis over" : "axis");
            }
            chart.Label((int)label + 0.5, 0, label.Name(), lower: 16).Label(-0.13, row + 0.5, ShortName(label));
        }
        return chart.ToString();
    }

    /// <summary>The ROC curve of each class against the others, with the operating points as dots.</summary>
    private static string Roc(EvaluationResult result)
    {
        var chart = new Chart("ROC curves", "1 − specificity", 1, "sensitivity", 1).Grid().Line([(0, 0), (1, 1)], "chance");
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
        {
            var curve = new RocCurve(result.Predictions, diagnosis);
            if (double.IsNaN(curve.Area))
                continue;
            var points = curve.Points.Select(point => ((double)point.FalsePositives / curve.Negatives, (double)point.TruePositives / curve.Positives));
            chart.Line(points, $"curve {diagnosis.Name()}")
                .Legend(2 - (int)diagnosis, string.Create(CultureInfo.InvariantCulture, $"{diagnosis.Name()} {curve.Area:0.000}"), $"curve {diagnosis.Name()}");
        }
        foreach (var point in result.OperatingPoints)
            chart.Dot(1 - point.Reached.Specificity, point.Reached.Sensitivity, $"dot {point.Class.Name()}");
        return chart.ToString();
    }

    /// <summary>The accuracy in each bin of confidence, with the number of videos; on the diagonal, probabilities mean what they say.</summary>
    private static string Reliability(IReadOnlyList<Prediction> predictions)
    {
        var chart = new Chart("Reliability diagram", "confidence", 1, "accuracy", 1).Grid().Line([(0, 0), (1, 1)], "chance");
        var bins = new Reliability(predictions).Bins;
        for (var bin = 0; bin < bins.Count; bin++)
        {
            if (bins[bin].Videos == 0)
                continue;
            var width = 1.0 / bins.Count;
            chart.Box(bin * width, 0, width, bins[bin].Accuracy, "bar", 0.5)
                .Line([(bins[bin].Confidence, bins[bin].Confidence), (bins[bin].Confidence, bins[bin].Accuracy)], "gap")
                .Label((bin + 0.5) * width, 0.03, bins[bin].Videos.ToString(CultureInfo.InvariantCulture));
        }
        return chart.ToString();
    }

    /// <summary>A figure of each fold over the epochs: of the train side as a thin line, of the validation part as a thick one.</summary>
    /// <param name="curves">The folds' curves.</param>
    /// <param name="name">The figure's name.</param>
    /// <param name="train">Reads the figure of the train side.</param>
    /// <param name="validation">Reads the figure of the validation part; null if there is none.</param>
    private static string Learning(
        IReadOnlyList<LearningCurve> curves, string name, Func<LearningPoint, double> train, Func<LearningPoint, double?> validation)
    {
        var values = curves.SelectMany(curve => curve.Points.SelectMany(point => new[] { train(point), validation(point) ?? 0 })).Where(double.IsFinite).ToArray();
        var epochs = curves.SelectMany(curve => curve.Points).Select(point => point.Epoch).DefaultIfEmpty(1).Max();
        var chart = new Chart($"Learning curves: {name}", "epoch", Math.Max(1, epochs), name, Math.Max(1, Math.Ceiling(2 * values.DefaultIfEmpty(1).Max()) / 2)).Grid();
        foreach (var curve in curves)
            chart.Line(Finite(curve, point => train(point)), "epochs train").Line(Finite(curve, validation), "epochs validation");
        return chart.ToString();

        static IEnumerable<(double X, double Y)> Finite(LearningCurve curve, Func<LearningPoint, double?> of) =>
            curve.Points.Select(point => ((double)point.Epoch, of(point) ?? double.NaN)).Where(point => double.IsFinite(point.Item2));
    }

    /// <summary>A video's probabilities as parts of one bar.</summary>
    public static string Probabilities(ClassProbabilities probabilities)
    {
        var bar = new System.Text.StringBuilder("<svg class=\"share\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        var from = 0.0;
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
        {
            var width = 100 * probabilities[diagnosis];
            bar.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill {diagnosis.Name()}\" x=\"{from:0.##}\" width=\"{width:0.##}\" height=\"10\"/>");
            from += width;
        }
        return bar.Append("</svg>").ToString();
    }

    private static string ShortName(Diagnosis diagnosis) => Buckets.FeatureSets.FeatureSetFiles.LabelName(diagnosis);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
