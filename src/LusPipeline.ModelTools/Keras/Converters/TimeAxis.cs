namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts TimeDistributed, which applies a layer at each time step (Keras: <c>keras.layers.TimeDistributed</c>). Time is merged into the batch before the
/// layer and split off again after it (ONNX: Reshape).
/// </summary>
internal static class TimeAxis
{
    public static Value Fold(LayerContext layer)
    {
        var input = layer.Input;
        if (input.Rank < 2)
            throw layer.Fault($"it takes a sequence and gets {input.Text}");
        var inner = input.Shape[1..];
        // The graph stores [T,A,B] with its last axis first. In values of lower and higher rank, time directly follows the batch.
        var name = input.Rank == 3 ? layer.InKerasOrder(input) : input.Name;
        return new Value(layer.Reshape("fold", name, Value.GraphShape(inner)), inner);
    }

    public static Value Unfold(LayerContext layer)
    {
        var (result, folded) = (layer.Inputs[0], layer.Inputs[1]);
        int[] shape = [folded.Shape[0], .. result.Shape];
        if (shape.Length == 3)
            return layer.FromKerasOrder(layer.Reshape("unfold", result.Name, shape), shape, folded.Mask);
        return new Value(layer.Reshape("unfold", result.Name, Value.GraphShape(shape)), shape, folded.Mask);
    }
}
