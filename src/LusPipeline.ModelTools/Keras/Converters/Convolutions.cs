using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts Conv2D, DepthwiseConv2D, SeparableConv2D and Conv1D (Keras: <c>keras.layers.Conv2D</c> …; ONNX: Conv). Keras stores a kernel as [height, width,
/// in/groups, out], ONNX as [out, in/groups, height, width]. A depthwise kernel [height, width, in, multiplier] becomes a convolution with <c>in</c>
/// groups. Its output channel c·multiplier + m comes from input channel c. A separable convolution becomes a depthwise one, followed by a 1×1 convolution
/// with the bias.
/// </summary>
internal static class Convolutions
{
    public static void Register(ConverterTable table)
    {
        table.Add("Conv2D", Conv2D, layer => WithBias(layer.Settings, "kernel"));
        table.Add("Convolution2D", Conv2D, layer => WithBias(layer.Settings, "kernel"));
        table.Add("Conv1D", Conv1D, layer => WithBias(layer.Settings, "kernel"));
        table.Add("DepthwiseConv2D", Depthwise, layer => WithBias(layer.Settings, "depthwise_kernel"));
        table.Add("SeparableConv2D", Separable, layer => WithBias(layer.Settings, "depthwise_kernel", "pointwise_kernel"));
        table.Add("SeparableConvolution2D", Separable, layer => WithBias(layer.Settings, "depthwise_kernel", "pointwise_kernel"));
    }

    private static WeightSlot[] WithBias(LayerSettings settings, params ReadOnlySpan<string> kernels)
    {
        var slots = new List<WeightSlot>();
        foreach (var kernel in kernels)
        {
            slots.Add(new WeightSlot(kernel));
        }
        if (settings.Flag("use_bias", true))
            slots.Add(new WeightSlot("bias"));
        return [.. slots];
    }

    private static Value Conv2D(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var filters = layer.Settings.Size("filters");
        var groups = layer.Settings.Size("groups", 1);
        if (input.Channels % groups != 0 || filters % groups != 0)
            throw layer.Fault($"{input.Channels} channels and {filters} filters cannot be divided into {groups} groups");
        var window = Window(layer, input, layer.Settings.Sizes("kernel_size", 1));
        var kernel = layer.Weight("kernel", [.. window.Size, input.Channels / groups, filters], tensor => tensor.Transposed(3, 2, 0, 1));
        var output = layer.Node("Conv", "", Inputs(layer, input.Name, kernel, filters), window.ConvAttributes(groups));
        return Activations.OfLayer(layer, new Value(output, [.. window.Outputs, filters]));
    }

    private static Value Depthwise(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var window = Window(layer, input, layer.Settings.Sizes("kernel_size", 1));
        var channels = checked(input.Channels * layer.Settings.Size("depth_multiplier", 1));
        var kernel = DepthwiseKernel(layer, input.Channels, window.Size);
        var output = layer.Node("Conv", "", Inputs(layer, input.Name, kernel, channels), window.ConvAttributes(input.Channels));
        return Activations.OfLayer(layer, new Value(output, [.. window.Outputs, channels]));
    }

    private static Value Separable(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var filters = layer.Settings.Size("filters");
        var window = Window(layer, input, layer.Settings.Sizes("kernel_size", 1));
        var between = checked(input.Channels * layer.Settings.Size("depth_multiplier", 1));
        var depthwise = layer.Node(
            "Conv", "depthwise", [input.Name, DepthwiseKernel(layer, input.Channels, window.Size)], window.ConvAttributes(input.Channels));
        var pointwise = layer.Weight("pointwise_kernel", [1, 1, between, filters], tensor => tensor.Transposed(3, 2, 0, 1));
        var point = new SpatialWindow([1, 1], [1, 1], [1, 1], [0, 0, 0, 0], window.Outputs);
        var output = layer.Node("Conv", "", Inputs(layer, depthwise, pointwise, filters), point.ConvAttributes(1));
        return Activations.OfLayer(layer, new Value(output, [.. window.Outputs, filters]));
    }

    /// <summary>A convolution along time. [T,C] is transposed to [C,T] for ONNX and back.</summary>
    private static Value Conv1D(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Input;
        if (input.Rank != 2)
            throw layer.Fault($"it takes sequences [steps, channels] and gets {input.Text}");
        var filters = layer.Settings.Size("filters");
        var groups = layer.Settings.Size("groups", 1);
        if (input.Channels % groups != 0 || filters % groups != 0)
            throw layer.Fault($"{input.Channels} channels and {filters} filters cannot be divided into {groups} groups");
        var window = SpatialWindow.Resolve(
            layer, [input.Shape[0]], [layer.Settings.OnlySize("kernel_size", 1)], [layer.Settings.OnlySize("strides", 1)], [layer.Settings.OnlySize("dilation_rate", 1)]);
        var kernel = layer.Weight("kernel", [.. window.Size, input.Channels / groups, filters], tensor => tensor.Transposed(2, 1, 0));
        var turned = layer.Node("Transpose", "channels_first", [input.Name], OnnxAttribute.Ints("perm", 0, 2, 1));
        var output = layer.Node("Conv", "conv", Inputs(layer, turned, kernel, filters), window.ConvAttributes(groups));
        var back = layer.Node("Transpose", "", [output], OnnxAttribute.Ints("perm", 0, 2, 1));
        return Activations.OfLayer(layer, new Value(back, [.. window.Outputs, filters]));
    }

    private static SpatialWindow Window(LayerContext layer, Value input, (int Height, int Width) size)
    {
        var (strideY, strideX) = layer.Settings.Sizes("strides", 1);
        var (dilationY, dilationX) = layer.Settings.Sizes("dilation_rate", 1);
        return SpatialWindow.Resolve(layer, input.Shape.AsSpan(0, 2), [size.Height, size.Width], [strideY, strideX], [dilationY, dilationX]);
    }

    private static string DepthwiseKernel(LayerContext layer, int channels, int[] size)
    {
        var multiplier = layer.Settings.Size("depth_multiplier", 1);
        return layer.Weight("depthwise_kernel", [.. size, channels, multiplier], tensor =>
            new WeightTensor(tensor.Transposed(2, 3, 0, 1).Values, checked(channels * multiplier), 1, size[0], size[1]));
    }

    private static string[] Inputs(LayerContext layer, string input, string kernel, int filters) => layer.Settings.Flag("use_bias", true)
        ? [input, kernel, layer.Weight("bias", [filters])]
        : [input, kernel];
}
