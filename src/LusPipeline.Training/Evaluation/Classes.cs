using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>The classes in the order of the model's output.</summary>
internal static class Classes
{
    public static readonly Diagnosis[] All = Enum.GetValues<Diagnosis>();
}
