namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>One computation of a flat graph: a layer on values, or the change of axes around a layer that is applied at each time.</summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Layer">The layer, or the TimeDistributed wrapper of a change of axes.</param>
/// <param name="Call">The layer's call, with constant arguments.</param>
/// <param name="Inputs">Values, by number.</param>
/// <param name="Output">The value that it gives.</param>
internal sealed record GraphStep(GraphStepKind Kind, LayerDefinition Layer, LayerCall Call, IReadOnlyList<int> Inputs, int Output);

internal enum GraphStepKind
{
    Layer,

    /// <summary>[B, T, …] becomes [B·T, …].</summary>
    FoldTime,

    /// <summary>[B·T, …] becomes [B, T, …]; the second input is the value that was folded.</summary>
    UnfoldTime,

    /// <summary>The first input as it is.</summary>
    Same,
}
