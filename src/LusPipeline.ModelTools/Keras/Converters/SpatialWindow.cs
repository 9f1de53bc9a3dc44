using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// A window that moves over height and width. TensorFlow's <c>same</c> gives ⌈n/stride⌉ outputs; if the padding is odd, the extra element is at the end.
/// <c>valid</c> gives ⌈(n − extent + 1)/stride⌉ outputs, where extent = (size − 1)·dilation + 1 (Keras: <c>conv_output_length</c>; TensorFlow: "padding" in
/// <c>tf.nn.convolution</c>). ONNX needs the padding as explicit numbers.
/// </summary>
internal readonly record struct SpatialWindow(int[] Size, int[] Strides, int[] Dilations, int[] Pads, int[] Outputs)
{
    /// <param name="layer">The layer, for error messages.</param>
    /// <param name="input">The sizes of the axes over which the window moves.</param>
    /// <param name="size">The window's size on each axis.</param>
    /// <param name="strides">The stride on each axis.</param>
    /// <param name="dilations">The dilation on each axis.</param>
    public static SpatialWindow Resolve(LayerContext layer, ReadOnlySpan<int> input, int[] size, int[] strides, int[] dilations)
    {
        var padding = layer.Settings.Text("padding", "valid").ToUpperInvariant();
        if (padding is not ("SAME" or "VALID") && !(padding == "CAUSAL" && input.Length == 1))
            throw layer.Fault($"its padding '{padding.ToLowerInvariant()}' is not known");
        var axes = input.Length;
        var pads = new int[2 * axes];
        var outputs = new int[axes];
        for (var axis = 0; axis < axes; axis++)
        {
            var extent = checked(((size[axis] - 1) * dilations[axis]) + 1);
            var before = 0;
            var after = 0;
            if (padding == "CAUSAL")
                before = extent - 1;
            if (padding == "SAME")
            {
                outputs[axis] = ((input[axis] - 1) / strides[axis]) + 1;
                var all = Math.Max(0, checked(((outputs[axis] - 1) * strides[axis]) + extent - input[axis]));
                before = all / 2;
                after = all - before;
            }
            else
            {
                outputs[axis] = checked(input[axis] + before - extent) < 0 ? 0 : ((input[axis] + before - extent) / strides[axis]) + 1;
            }
            if (outputs[axis] < 1)
                throw layer.Fault($"its window of {extent} is larger than its input of {input[axis]}");
            pads[axis] = before;
            pads[axes + axis] = after;
        }
        return new(size, strides, dilations, pads, outputs);
    }

    public AttributeProto[] ConvAttributes(int groups) =>
    [
        OnnxAttribute.Ints("kernel_shape", Size),
        OnnxAttribute.Ints("strides", Strides),
        OnnxAttribute.Ints("dilations", Dilations),
        OnnxAttribute.Ints("pads", Pads),
        OnnxAttribute.Int("group", groups),
    ];
}
