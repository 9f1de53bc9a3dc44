using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.UnitTests.Training;

/// <summary>Predictions for tests.</summary>
internal static class Predictions
{
    private static int _count;

    public static Prediction Of(Diagnosis label, params double[] probabilities) => Of("0", label, probabilities);

    public static Prediction Of(string fold, Diagnosis label, params double[] probabilities)
    {
        var number = Interlocked.Increment(ref _count);
        return new($"video{number}", $"patient{number}", fold, label, new(probabilities[0], probabilities[1], probabilities[2]));
    }

    /// <summary>Predictions whose logits are noise plus a hint at the label, two videos for each patient, over folds by patient.</summary>
    /// <param name="hint">How much larger the logit of the label is on average.</param>
    /// <param name="sharpness">By what all logits are multiplied: above 1 the model is too sure.</param>
    public static Prediction[] Noisy(int count, double hint, double sharpness, int folds = 5, int seed = 1)
    {
        var random = new Random(seed);
        var predictions = new Prediction[count];
        for (var video = 0; video < count; video++)
        {
            var patient = video / 2;
            var label = (Diagnosis)(patient % 3);
            var exponentials = Enumerable.Range(0, 3)
                .Select(output => Math.Exp(sharpness * (Normal(random) + (output == (int)label ? hint : 0)))).ToArray();
            var sum = exponentials.Sum();
            predictions[video] = new(
                $"video{video}", $"patient{patient}", $"{patient / 3 % folds}", label, new(exponentials[0] / sum, exponentials[1] / sum, exponentials[2] / sum));
        }
        return predictions;
    }

    /// <summary>A normal deviate by Box and Muller.</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
