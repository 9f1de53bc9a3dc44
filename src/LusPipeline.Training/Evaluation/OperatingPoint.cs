using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>
/// A threshold for one class at which the model finds a wished fraction of the videos with that class. A video counts as of the class if its
/// probability reaches the threshold, whatever the other two probabilities are.
/// </summary>
/// <param name="Class">The class.</param>
/// <param name="Target">The sensitivity that was asked for, in (0, 1].</param>
/// <param name="Threshold">The highest threshold that reaches it on all predictions together.</param>
/// <param name="Reached">Sensitivity and specificity at the threshold, on the predictions that it was derived from.</param>
/// <param name="Usual">Sensitivity and specificity without a threshold: the most probable class is given.</param>
/// <param name="OutOfFold">
/// Sensitivity and specificity if each fold's threshold comes from the other folds only: what to expect of new patients. Null with one fold, or if the
/// class is missing in the other folds.
/// </param>
public sealed record OperatingPoint(
    Diagnosis Class, double Target, double Threshold, Discrimination Reached, Discrimination Usual, Discrimination? OutOfFold)
{
    /// <summary>How much specificity the sensitivity costs. Negative if the threshold is above what is usual.</summary>
    public double SpecificityCost => Usual.Specificity - Reached.Specificity;

    /// <param name="predictions">The predictions of all folds.</param>
    /// <param name="diagnosis">The class.</param>
    /// <param name="target">The wished sensitivity, in (0, 1].</param>
    /// <exception cref="ArgumentException">No video, or every video, has the class as label.</exception>
    public static OperatingPoint Find(IReadOnlyList<Prediction> predictions, Diagnosis diagnosis, double target)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        if (target is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "A sensitivity is above 0 and at most 1.");
        if (Highest(predictions) is not { } threshold || predictions.All(prediction => prediction.Label == diagnosis))
            throw new ArgumentException($"An operating point for {diagnosis.Name()} needs videos with that label and videos with another.", nameof(predictions));
        return new(
            diagnosis, target, threshold,
            Discrimination.Count(predictions, diagnosis, prediction => prediction.Probabilities[diagnosis] >= threshold),
            Discrimination.Count(predictions, diagnosis, prediction => prediction.Predicted == diagnosis),
            FoldThresholds.Derive(predictions, Highest) is { } byFold
                ? Discrimination.Count(predictions, diagnosis, prediction => prediction.Probabilities[diagnosis] >= byFold[prediction.Fold])
                : null);

        double? Highest(IReadOnlyList<Prediction> among)
        {
            var scores = among.Where(prediction => prediction.Label == diagnosis)
                .Select(prediction => prediction.Probabilities[diagnosis]).OrderDescending().ToArray();
            // 0.9 × 10 may be a little above 9 in float64; ten positives need nine, not ten.
            return scores.Length == 0 ? null : scores[Math.Max(1, (int)Math.Ceiling((target * scores.Length) - 1e-9)) - 1];
        }
    }
}

/// <param name="Sensitivity">The fraction of videos with the class that are found.</param>
/// <param name="Specificity">The fraction of videos without the class that are not taken for it.</param>
public readonly record struct Discrimination(double Sensitivity, double Specificity)
{
    /// <param name="isPositive">Whether a video counts as of the class.</param>
    internal static Discrimination Count(IReadOnlyList<Prediction> predictions, Diagnosis diagnosis, Func<Prediction, bool> isPositive)
    {
        int with = 0, found = 0, without = 0, spared = 0;
        foreach (var prediction in predictions)
        {
            var positive = isPositive(prediction);
            if (prediction.Label == diagnosis)
            {
                with++;
                found += positive ? 1 : 0;
            }
            else
            {
                without++;
                spared += positive ? 0 : 1;
            }
        }
        return new((double)found / with, (double)spared / without);
    }
}
