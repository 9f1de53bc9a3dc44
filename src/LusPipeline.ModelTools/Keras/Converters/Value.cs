namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// A value in the ONNX graph. Keras' order of axes is described; ONNX' is another one for images: from three axes on (without the
/// batch), the last of Keras' axes, the channels, stands before the two spatial ones. So [H,W,C] lies as [N,C,H,W] and
/// [T,H,W,C] as [N,T,C,H,W]; [C] and [T,C] lie as they are.
/// </summary>
/// <param name="Name">The value's name in the graph.</param>
/// <param name="Shape">Keras' axes without the batch.</param>
/// <param name="Mask">Name of a bool value [N,T], true where a time counts; null when all do.</param>
internal sealed record Value(string Name, int[] Shape, string? Mask = null)
{
    public int Rank => Shape.Length;

    /// <summary>The last of Keras' axes.</summary>
    public int Channels => Shape[^1];

    public string Text => $"[{string.Join(", ", Shape)}]";

    public bool IsChannelsFirst => Rank >= 3;

    /// <summary>The axis of the ONNX value, batch included, that an axis of Keras' (batch not counted) lies on.</summary>
    public static int GraphAxis(int axis, int rank)
    {
        if (rank < 3)
            return axis + 1;
        return axis == rank - 1 ? rank - 2
            : axis >= rank - 3 ? axis + 2
            : axis + 1;
    }

    /// <summary>Sizes in the order of the ONNX value, without the batch.</summary>
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
