namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// A value in the ONNX graph, described with its axes in Keras' order. ONNX orders images differently: from three axes on (batch not counted), Keras' last
/// axis, the channels, is moved before the two spatial axes. So [H,W,C] is stored as [N,C,H,W] and [T,H,W,C] as [N,T,C,H,W]. [C] and [T,C] keep their
/// order.
/// </summary>
/// <param name="Name">The value's name in the graph.</param>
/// <param name="Shape">Sizes of Keras' axes, without the batch.</param>
/// <param name="Mask">Name of a bool value [N,T] that is true for each time step that counts; null if all count.</param>
internal sealed record Value(string Name, int[] Shape, string? Mask = null)
{
    public int Rank => Shape.Length;

    /// <summary>Size of the last axis in Keras' order.</summary>
    public int Channels => Shape[^1];

    public string Text => $"[{string.Join(", ", Shape)}]";

    public bool IsChannelsFirst => Rank >= 3;

    /// <summary>Maps an axis in Keras' order (batch not counted) to the axis of the ONNX value (batch included).</summary>
    public static int GraphAxis(int axis, int rank)
    {
        if (rank < 3)
            return axis + 1;
        return axis == rank - 1 ? rank - 2
            : axis >= rank - 3 ? axis + 2
            : axis + 1;
    }

    /// <summary>The sizes in the ONNX value's order, without the batch.</summary>
    public static int[] GraphShape(ReadOnlySpan<int> shape)
    {
        var rank = shape.Length;
        var sizes = new int[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            sizes[GraphAxis(axis, rank) - 1] = shape[axis];
        }
        return sizes;
    }
}
