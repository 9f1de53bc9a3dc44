using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>
/// Temperature scaling: one number by which the logits are divided before the softmax, so that probabilities mean what they say and classes stay as
/// they are (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
/// </summary>
public static class Temperature
{
    /// <summary>The lowest temperature. A better one below it is a sign that the videos are all classified correctly.</summary>
    public const double Least = 0.05;

    /// <summary>The highest temperature. A better one above it is a sign that the model knows nothing.</summary>
    public const double Most = 20;

    /// <summary>Halvings of the bracket: they reach the resolution of float64.</summary>
    private const int Halvings = 64;

    /// <summary>The smallest probability whose logarithm is taken; the smallest positive float32 of full precision.</summary>
    private const double LeastProbability = 1.1754944e-38;

    /// <summary>The temperature in [<see cref="Least"/>, <see cref="Most"/>] with the smallest mean log loss.</summary>
    /// <param name="predictions">Predictions for videos that the model was not trained on; for example those of a validation part.</param>
    /// <remarks>
    /// The loss is convex in 1/T, so its derivative there, the mean of Σ p·z − z(label), rises and has one zero, which bisection brackets.
    /// </remarks>
    /// <exception cref="ArgumentException">There are no predictions.</exception>
    public static double Fit(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        if (predictions.Count == 0)
            throw new ArgumentException("A temperature needs predictions.", nameof(predictions));
        var logits = predictions.Select(prediction => Logits(prediction.Probabilities)).ToArray();
        var (low, high) = (1 / Most, 1 / Least);
        if (Slope(low) >= 0)
            return Most;
        if (Slope(high) <= 0)
            return Least;
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Slope(middle) < 0)
                low = middle;
            else
                high = middle;
        }
        return 2 / (low + high);

        double Slope(double inverse)
        {
            var slope = 0.0;
            for (var video = 0; video < logits.Length; video++)
            {
                var scaled = Softmax(logits[video], inverse);
                for (var output = 0; output < scaled.Length; output++)
                    slope += scaled[output] * logits[video][output];
                slope -= logits[video][(int)predictions[video].Label];
            }
            return slope;
        }
    }

    /// <summary>The probabilities at a temperature. At 1 they stay as they are, above it they come nearer to each other.</summary>
    public static ClassProbabilities Apply(ClassProbabilities probabilities, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        var scaled = Softmax(Logits(probabilities), 1 / temperature);
        return new(scaled[0], scaled[1], scaled[2]);
    }

    private static double[] Logits(ClassProbabilities probabilities) =>
        [.. Classes.All.Select(diagnosis => Math.Log(Math.Max(probabilities[diagnosis], LeastProbability)))];

    private static double[] Softmax(double[] logits, double inverseTemperature)
    {
        var most = logits.Max();
        var exponentials = Array.ConvertAll(logits, logit => Math.Exp((logit - most) * inverseTemperature));
        var sum = exponentials.Sum();
        return Array.ConvertAll(exponentials, exponential => exponential / sum);
    }
}
