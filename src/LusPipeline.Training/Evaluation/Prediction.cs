using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>What a model gives for one labelled video.</summary>
/// <param name="Video">The name of the video.</param>
/// <param name="Patient">The patient; videos of one patient are not independent of each other.</param>
/// <param name="Fold">The fold whose test side the video is on.</param>
/// <param name="Label">What the video shows.</param>
/// <param name="Probabilities">The model's output.</param>
public sealed record Prediction(string Video, string Patient, string Fold, Diagnosis Label, ClassProbabilities Probabilities)
{
    /// <summary>The class that the model gives.</summary>
    public Diagnosis Predicted => Probabilities.Winner;

    /// <summary>The highest of the probabilities.</summary>
    public double Confidence => Probabilities[Predicted];

    public bool IsRight => Predicted == Label;
}
