namespace LusPipeline.Training.Evaluation;

/// <summary>
/// The confidence below which a result is marked as uncertain. It is the threshold that best separates right predictions from wrong ones: the
/// one with the largest Youden index (Youden 1950), which is the fraction of right predictions that stay certain, plus the fraction of wrong ones that are
/// marked, minus 1. Of equal ones it is the lowest, so that as few results as possible are marked.
/// </summary>
/// <param name="Value">The threshold, in (0, 1): half-way between the lowest confidence that is certain and the highest that is not.</param>
/// <param name="Reached">What it does on the predictions that it was derived from.</param>
/// <param name="OutOfFold">What it does if each fold's threshold comes from the other folds only; null if that is not possible.</param>
public sealed record UncertainThreshold(double Value, CertainPart Reached, CertainPart? OutOfFold)
{
    /// <returns>Null if all predictions are right or all are wrong, or if confidence says nothing about which are right.</returns>
    public static UncertainThreshold? Find(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        if (Threshold(predictions) is not { } threshold)
            return null;
        var byFold = FoldThresholds.Derive(predictions, Threshold);
        return new(
            threshold,
            CertainPart.Count(predictions, _ => threshold),
            byFold is null ? null : CertainPart.Count(predictions, prediction => byFold[prediction.Fold]));
    }

    private static double? Threshold(IReadOnlyList<Prediction> predictions)
    {
        var ordered = predictions.OrderBy(prediction => prediction.Confidence).ToArray();
        var right = ordered.Count(prediction => prediction.IsRight);
        var wrong = ordered.Length - right;
        if (right == 0 || wrong == 0)
            return null;
        (double Index, double? Value) best = (0, null);
        var (rightBelow, wrongBelow) = (0, 0);
        for (var below = 1; below < ordered.Length; below++)
        {
            if (ordered[below - 1].IsRight)
                rightBelow++;
            else
                wrongBelow++;
            var (uncertain, certain) = (ordered[below - 1].Confidence, ordered[below].Confidence);
            var index = ((double)wrongBelow / wrong) - ((double)rightBelow / right);
            if (uncertain < certain && index > best.Index)
                best = (index, (uncertain + certain) / 2);
        }
        return best.Value;
    }
}

/// <param name="Share">The fraction of the predictions that are certain.</param>
/// <param name="Accuracy">The fraction of those that are right; NaN if there are none.</param>
/// <param name="UncertainAccuracy">The fraction of the uncertain ones that are right; NaN if there are none.</param>
public readonly record struct CertainPart(double Share, double Accuracy, double UncertainAccuracy)
{
    internal static CertainPart Count(IReadOnlyList<Prediction> predictions, Func<Prediction, double> threshold)
    {
        var certain = predictions.Where(prediction => prediction.Confidence >= threshold(prediction)).ToArray();
        var uncertainRight = predictions.Count(prediction => prediction.IsRight) - certain.Count(prediction => prediction.IsRight);
        return new(
            (double)certain.Length / predictions.Count,
            certain.Length == 0 ? double.NaN : certain.Count(prediction => prediction.IsRight) / (double)certain.Length,
            certain.Length == predictions.Count ? double.NaN : uncertainRight / (double)(predictions.Count - certain.Length));
    }
}
