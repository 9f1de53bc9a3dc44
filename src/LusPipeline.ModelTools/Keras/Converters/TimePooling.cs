using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts pooling along time (Keras: <c>keras.layers.GlobalAveragePooling1D</c> …; ONNX: ReduceMean, ReduceMax, MaxPool, AveragePool). As in Keras, an
/// average counts only the time steps that are not masked.
/// </summary>
internal static class TimePooling
{
    public static void Register(ConverterTable table)
    {
        table.Add("GlobalAveragePooling1D", Average);
        table.Add("GlobalMaxPooling1D", layer => Reduce(layer, "ReduceMax"));
        table.Add("MaxPooling1D", layer => Windows(layer, "MaxPool"));
        table.Add("AveragePooling1D", layer => Windows(layer, "AveragePool", OnnxAttribute.Int("count_include_pad", 0)));
    }

    private static Value Sequence(LayerContext layer)
    {
        layer.RequireChannelsLast();
        return layer.Input is { Rank: 2 } input ? input : throw layer.Fault($"it takes sequences [times, features] and gets {layer.Input.Text}");
    }

    private static Value Reduce(LayerContext layer, string operation)
    {
        var input = Sequence(layer);
        var keep = layer.Settings.Flag("keepdims", false);
        var output = layer.Node(operation, "", [input.Name], OnnxAttribute.Ints("axes", 1), OnnxAttribute.Int("keepdims", keep ? 1 : 0));
        return new Value(output, keep ? [1, input.Channels] : [input.Channels]);
    }

    private static Value Average(LayerContext layer)
    {
        var input = Sequence(layer);
        if (input.Mask is null)
            return Reduce(layer, "ReduceMean");
        var keep = layer.Settings.Flag("keepdims", false);
        var place = layer.Layer.Place;
        var number = layer.Node("Cast", "mask_number", [input.Mask], OnnxAttribute.Int("to", (int)TensorProto.Types.DataType.Float));
        var column = layer.Node("Unsqueeze", "mask_column", [number, layer.Graph.Integers($"{place}/column", 2)]);
        var time = layer.Graph.Integers($"{place}/time", 1);
        var keepdims = OnnxAttribute.Int("keepdims", keep ? 1 : 0);
        var sum = layer.Node("ReduceSum", "sum", [layer.Node("Mul", "counted", [input.Name, column]), time], keepdims);
        var count = layer.Node("ReduceSum", "count", [column, time], keepdims);
        return new Value(layer.Node("Div", "", [sum, count]), keep ? [1, input.Channels] : [input.Channels]);
    }

    private static Value Windows(LayerContext layer, string operation, params ReadOnlySpan<AttributeProto> more)
    {
        var input = Sequence(layer);
        var size = layer.Settings.OnlySize("pool_size", 2);
        var window = SpatialWindow.Resolve(layer, [input.Shape[0]], [size], [layer.Settings.OnlySize("strides", size)], [1]);
        var turned = layer.Node("Transpose", "channels_first", [input.Name], OnnxAttribute.Ints("perm", 0, 2, 1));
        var pooled = layer.Node(operation, "pooled", [turned],
        [
            OnnxAttribute.Ints("kernel_shape", window.Size),
            OnnxAttribute.Ints("strides", window.Strides),
            OnnxAttribute.Ints("pads", window.Pads),
            .. more,
        ]);
        return new Value(layer.Node("Transpose", "", [pooled], OnnxAttribute.Ints("perm", 0, 2, 1)), [.. window.Outputs, input.Channels]);
    }
}
