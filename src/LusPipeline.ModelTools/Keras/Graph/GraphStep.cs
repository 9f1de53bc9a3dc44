namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>One step of a flat graph: a layer applied to values, or the reshaping around a layer that is applied at each time step.</summary>
/// <param name="Kind">What the step computes.</param>
/// <param name="Layer">The layer. For reshaping, the TimeDistributed wrapper.</param>
/// <param name="Call">The layer's call, with its constant arguments.</param>
/// <param name="Inputs">Numbers of the values that the step reads.</param>
/// <param name="Output">Number of the value that the step computes.</param>
internal sealed record GraphStep(GraphStepKind Kind, LayerDefinition Layer, LayerCall Call, IReadOnlyList<int> Inputs, int Output);

internal enum GraphStepKind
{
    Layer,

    /// <summary>Merges time into the batch: [B, T, …] becomes [B·T, …].</summary>
    FoldTime,

    /// <summary>Splits time off again: [B·T, …] becomes [B, T, …]. The second input is the value before the merge.</summary>
    UnfoldTime,

    /// <summary>Returns the first input unchanged.</summary>
    Same,
}
