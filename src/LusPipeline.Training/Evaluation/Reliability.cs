namespace LusPipeline.Training.Evaluation;

/// <summary>
/// Confidence against accuracy in ten bins of equal width, as in Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017). Bin m of ten
/// holds the videos with a confidence in ((m − 1)/10, m/10].
/// </summary>
public sealed class Reliability
{
    private const int BinCount = 10;

    public Reliability(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        Span<int> videos = stackalloc int[BinCount];
        Span<int> right = stackalloc int[BinCount];
        Span<double> confidence = stackalloc double[BinCount];
        foreach (var prediction in predictions)
        {
            var bin = Math.Clamp((int)Math.Ceiling(prediction.Confidence * BinCount) - 1, 0, BinCount - 1);
            videos[bin]++;
            right[bin] += prediction.IsRight ? 1 : 0;
            confidence[bin] += prediction.Confidence;
        }
        var bins = new ReliabilityBin[BinCount];
        var error = 0.0;
        for (var bin = 0; bin < BinCount; bin++)
        {
            var count = videos[bin];
            bins[bin] = new(count, count == 0 ? double.NaN : confidence[bin] / count, count == 0 ? double.NaN : (double)right[bin] / count);
            error += Math.Abs(confidence[bin] - right[bin]);
        }
        Bins = bins;
        Error = predictions.Count == 0 ? double.NaN : error / predictions.Count;
    }

    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>The expected calibration error, in [0, 1]: the mean distance between a bin's confidence and its accuracy, weighted by its videos.</summary>
    public double Error { get; }
}

/// <param name="Videos">The number of videos in the bin.</param>
/// <param name="Confidence">Their mean confidence; NaN if there are none.</param>
/// <param name="Accuracy">The fraction of them whose class is right; NaN if there are none.</param>
public readonly record struct ReliabilityBin(int Videos, double Confidence, double Accuracy);
