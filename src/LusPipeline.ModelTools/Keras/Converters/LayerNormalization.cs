using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts LayerNormalization over the last axis: gamma·(x − mean)/√(variance + epsilon) + beta, with mean and variance over the channels at each position
/// (Keras: <c>keras.layers.LayerNormalization</c>). ONNX: LayerNormalization, or its formula if the channels are not the last axis.
/// </summary>
internal static class LayerNormalization
{
    public static void Register(ConverterTable table) => table.Add("LayerNormalization", Convert, Slots);

    private static WeightSlot[] Slots(LayerDefinition layer)
    {
        var slots = new List<WeightSlot>();
        if (layer.Settings.Flag("scale", true))
            slots.Add(new WeightSlot("gamma"));
        if (layer.Settings.Flag("center", true))
            slots.Add(new WeightSlot("beta"));
        return [.. slots];
    }

    private static Value Convert(LayerContext layer)
    {
        var input = layer.Input;
        if (layer.Settings.Has("axis") && !(layer.Settings.Integers("axis") is [var axis] && (axis == -1 || axis == input.Rank)))
            throw layer.Fault("it normalises other axes than the last");
        if (layer.Settings.Flag("rms_scaling", false))
            throw layer.Fault("its rms_scaling is not supported");
        var epsilon = layer.Settings.Number("epsilon", 1e-3f);
        var channels = input.Channels;
        WeightTensor AlongChannels(WeightTensor tensor) => Scaling.PerChannel(input, tensor.Values);
        var gamma = layer.Settings.Flag("scale", true)
            ? layer.Weight("gamma", [channels], AlongChannels)
            : layer.Constant("gamma", () => AlongChannels(Filled(channels, 1)));
        var beta = layer.Settings.Flag("center", true) ? layer.Weight("beta", [channels], AlongChannels) : null;
        if (!input.IsChannelsFirst)
        {
            var output = layer.Node("LayerNormalization", "", beta is null ? [input.Name, gamma] : [input.Name, gamma, beta],
                OnnxAttribute.Int("axis", -1), OnnxAttribute.Float("epsilon", epsilon));
            return input with { Name = output };
        }
        AttributeProto[] overChannels = [OnnxAttribute.Ints("axes", Value.GraphAxis(input.Rank - 1, input.Rank)), OnnxAttribute.Int("keepdims", 1)];
        var centred = layer.Node("Sub", "centred", [input.Name, layer.Node("ReduceMean", "mean", [input.Name], overChannels)]);
        var variance = layer.Node("ReduceMean", "variance", [layer.Node("Mul", "squares", [centred, centred])], overChannels);
        var deviation = layer.Node("Sqrt", "deviation", [layer.Node("Add", "raised", [variance, layer.Constant("epsilon", epsilon)])]);
        var normal = layer.Node("Div", "normal", [centred, deviation]);
        var scaled = layer.Node("Mul", beta is null ? "" : "scaled", [normal, gamma]);
        return input with { Name = beta is null ? scaled : layer.Node("Add", "", [scaled, beta]) };
    }

    private static WeightTensor Filled(int count, float value)
    {
        var tensor = new WeightTensor(count);
        tensor.Values.Fill(value);
        return tensor;
    }
}
