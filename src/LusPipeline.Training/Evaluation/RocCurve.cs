using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>
/// The receiver operating characteristic of one class against the other two: how many videos with the class, and how many without it, have at
/// least a probability, for each probability from the highest to the lowest.
/// </summary>
public sealed class RocCurve
{
    private readonly List<RocPoint> _points = [new(double.PositiveInfinity, 0, 0)];

    /// <param name="predictions">The videos.</param>
    /// <param name="positive">The class that counts as positive.</param>
    public RocCurve(IReadOnlyList<Prediction> predictions, Diagnosis positive)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var scores = new double[predictions.Count];
        var isPositive = new bool[predictions.Count];
        for (var video = 0; video < scores.Length; video++)
            (scores[video], isPositive[video]) = (predictions[video].Probabilities[positive], predictions[video].Label == positive);
        Array.Sort(scores, isPositive);
        var (truePositives, falsePositives) = (0, 0);
        for (var video = scores.Length - 1; video >= 0; video--)
        {
            if (isPositive[video])
                truePositives++;
            else
                falsePositives++;
            if (video == 0 || scores[video - 1] != scores[video])
                _points.Add(new(scores[video], truePositives, falsePositives));
        }
        (Positives, Negatives) = (truePositives, falsePositives);
    }

    /// <summary>The number of videos with the class.</summary>
    public int Positives { get; }

    /// <summary>The number of videos without the class.</summary>
    public int Negatives { get; }

    /// <summary>From no video to all videos. Videos of equal probability make one step.</summary>
    public IReadOnlyList<RocPoint> Points => _points;

    /// <summary>
    /// The area under the curve, in [0, 1], by trapezoids: the chance that a video with the class has a higher probability than one without, ties
    /// counting half. NaN if there are no videos of one of the two kinds.
    /// </summary>
    public double Area
    {
        get
        {
            if (Positives == 0 || Negatives == 0)
                return double.NaN;
            long twice = 0;
            for (var point = 1; point < _points.Count; point++)
            {
                var width = _points[point].FalsePositives - _points[point - 1].FalsePositives;
                twice += (long)width * (_points[point].TruePositives + _points[point - 1].TruePositives);
            }
            return twice / (2.0 * Positives * Negatives);
        }
    }
}

/// <param name="Threshold">Videos with at least this probability count as positive.</param>
/// <param name="TruePositives">How many of those have the class.</param>
/// <param name="FalsePositives">How many of those do not.</param>
public readonly record struct RocPoint(double Threshold, int TruePositives, int FalsePositives);
