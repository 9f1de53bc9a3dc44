namespace LusPipeline.Training.Evaluation;

/// <summary>Thresholds that no video of the fold in which they are used took part in.</summary>
internal static class FoldThresholds
{
    /// <summary>Derives the threshold of each fold from the predictions of all other folds.</summary>
    /// <param name="derive">Derives a threshold; null if the predictions allow none.</param>
    /// <returns>The thresholds by fold; null if there is one fold only, or if one of them has no threshold.</returns>
    public static Dictionary<string, double>? Derive(IReadOnlyList<Prediction> predictions, Func<IReadOnlyList<Prediction>, double?> derive)
    {
        var thresholds = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var fold in predictions.Select(prediction => prediction.Fold).Distinct(StringComparer.Ordinal))
        {
            var others = predictions.Where(prediction => prediction.Fold != fold).ToArray();
            if (others.Length == 0 || derive(others) is not { } threshold)
                return null;
            thresholds.Add(fold, threshold);
        }
        return thresholds;
    }
}
