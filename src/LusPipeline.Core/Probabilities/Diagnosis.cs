namespace LusPipeline.Core.Probabilities;

/// <summary>The classes, in the paper's order; the values are the positions in the model's output.</summary>
public enum Diagnosis
{
    Covid = 0,
    Pneumonia = 1,
    Healthy = 2,
}
