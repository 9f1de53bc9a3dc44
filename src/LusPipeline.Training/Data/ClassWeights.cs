using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>Weights that let each class count as much as another in the loss, however many clips it has.</summary>
public static class ClassWeights
{
    /// <summary>N / (3 · N of the class), as scikit-learn's <c>class_weight="balanced"</c>, in the order of <see cref="Diagnosis"/>.</summary>
    /// <exception cref="TrainingDataException">A class has no clip.</exception>
    public static double[] Balanced(IReadOnlyCollection<Diagnosis> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return [.. Enum.GetValues<Diagnosis>().Select(Weight)];

        double Weight(Diagnosis diagnosis) => labels.Count(label => label == diagnosis) is > 0 and var count
            ? labels.Count / (3.0 * count)
            : throw new TrainingDataException($"There is no clip with the label {diagnosis.Name()} to train on. Add videos of it, or give fewer folds.");
    }
}
