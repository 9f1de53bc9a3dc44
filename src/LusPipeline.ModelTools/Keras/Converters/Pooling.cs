using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts pooling over windows and over whole images (Keras: <c>keras.layers.MaxPooling2D</c> …; ONNX: MaxPool, AveragePool, GlobalMaxPool,
/// GlobalAveragePool). Padding never counts, neither in a maximum nor in an average's divisor.
/// </summary>
internal static class Pooling
{
    public static void Register(ConverterTable table)
    {
        foreach (var name in (string[])["MaxPooling2D", "MaxPool2D"])
        {
            table.Add(name, layer => Windows(layer, "MaxPool"));
        }
        foreach (var name in (string[])["AveragePooling2D", "AvgPool2D"])
        {
            table.Add(name, layer => Windows(layer, "AveragePool", OnnxAttribute.Int("count_include_pad", 0)));
        }
        foreach (var name in (string[])["GlobalAveragePooling2D", "GlobalAvgPool2D"])
        {
            table.Add(name, layer => Global(layer, "GlobalAveragePool"));
        }
        foreach (var name in (string[])["GlobalMaxPooling2D", "GlobalMaxPool2D"])
        {
            table.Add(name, layer => Global(layer, "GlobalMaxPool"));
        }
    }

    private static Value Windows(LayerContext layer, string operation, params ReadOnlySpan<AttributeProto> more)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var size = layer.Settings.Sizes("pool_size", 2);
        var strides = layer.Settings.Has("strides") ? layer.Settings.Sizes("strides", 1) : size;
        var window = SpatialWindow.Resolve(layer, input.Shape.AsSpan(0, 2), [size.Height, size.Width], [strides.Height, strides.Width], [1, 1]);
        var output = layer.Node(operation, "", [input.Name],
        [
            OnnxAttribute.Ints("kernel_shape", window.Size),
            OnnxAttribute.Ints("strides", window.Strides),
            OnnxAttribute.Ints("pads", window.Pads),
            .. more,
        ]);
        return new Value(output, [.. window.Outputs, input.Channels]);
    }

    private static Value Global(LayerContext layer, string operation)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        if (layer.Settings.Flag("keepdims", false))
            return new Value(layer.Node(operation, "", [input.Name]), [1, 1, input.Channels]);
        var pooled = layer.Node(operation, "pooled", [input.Name]);
        return new Value(layer.Node("Flatten", "", [pooled], OnnxAttribute.Int("axis", 1)), [input.Channels]);
    }
}
