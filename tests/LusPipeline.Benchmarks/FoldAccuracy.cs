using System.Globalization;

namespace LusPipeline.Benchmarks;

/// <summary>Accuracy over folds of small heads on one vector a video: one fold more or less right is noise, so several heads are asked.</summary>
internal static class FoldAccuracy
{
    private static readonly double[] Penalties = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

    /// <param name="fp32">A vector for each video of the folds.</param>
    /// <param name="int8">The same in int8.</param>
    public static void Compare(IReadOnlyList<PatientFold> folds, Dictionary<string, float[]> fp32, Dictionary<string, float[]> int8)
    {
        (string Name, Dictionary<string, float[]> Taught, Dictionary<string, float[]> Asked, List<double> Means)[] ways =
        [
            ("fp32", fp32, fp32, []), ("int8", int8, int8, []), ("taught by fp32, asked in int8", fp32, int8, []),
        ];
        foreach (var c in Penalties)
        {
            foreach (var (name, taught, asked, means) in ways)
            {
                var accuracies = folds.Select(fold => Of(fold, taught, asked, c)).ToArray();
                means.Add(accuracies.Average());
                Row($"logistic regression, C = {c}, {name}", $"{means[^1]:0.000} ({string.Join(", ", accuracies.Select(accuracy => accuracy.ToString("0.00", CultureInfo.InvariantCulture)))})");
            }
        }
        foreach (var (name, _, _, means) in ways)
            Row($"mean of all heads, {name} (aim: within 0.02)", $"{means.Average():0.000}");
    }

    private static double Of(PatientFold fold, Dictionary<string, float[]> taught, Dictionary<string, float[]> asked, double c)
    {
        var head = new LogisticRegression([.. fold.Train.Select(video => taught[video.Video])], [.. fold.Train.Select(video => (int)video.Label)], c);
        return fold.Test.Count(video => head.Predict(asked[video.Video]) == (int)video.Label) / (double)fold.Test.Count;
    }

    private static void Row(FormattableString what, FormattableString value) =>
        Console.WriteLine($"| {what.ToString(CultureInfo.InvariantCulture)} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
