namespace LusPipeline.Core.Probabilities;

/// <summary>The classes in the paper's order. Each value is the class's position in the model's output.</summary>
public enum Diagnosis
{
    Covid = 0,
    Pneumonia = 1,
    Healthy = 2,
}
