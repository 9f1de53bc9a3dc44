using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts BatchNormalization as it works after training: gamma·(x − mean)/√(variance + epsilon) + beta for each channel. gamma is 1 without <c>scale</c>,
/// beta is 0 without <c>center</c> (Keras: <c>keras.layers.BatchNormalization</c>; ONNX: BatchNormalization). <see cref="GraphSimplifier"/> later merges it
/// into a convolution or dense layer before it.
/// </summary>
internal static class Normalizations
{
    public static void Register(ConverterTable table)
    {
        table.Add("BatchNormalization", Batch, BatchSlots);
        table.Add("BatchNormalizationV1", Batch, BatchSlots);
        table.Add("SyncBatchNormalization", Batch, BatchSlots);
    }

    private static WeightSlot[] BatchSlots(LayerDefinition layer)
    {
        var slots = new List<WeightSlot>();
        if (layer.Settings.Flag("scale", true))
            slots.Add(new WeightSlot("gamma"));
        if (layer.Settings.Flag("center", true))
            slots.Add(new WeightSlot("beta"));
        slots.Add(new WeightSlot("moving_mean", Trained: false));
        slots.Add(new WeightSlot("moving_variance", Trained: false));
        return [.. slots];
    }

    private static Value Batch(LayerContext layer)
    {
        var input = layer.Input;
        var channels = input.Channels;
        // The axis counts the batch. Old files store it as a list.
        if (layer.Settings.Has("axis") && !(layer.Settings.Integers("axis") is [var axis] && (axis == -1 || axis == input.Rank)))
            throw layer.Fault("it normalises another axis than the last");
        if (layer.Settings.Flag("renorm", false))
            throw layer.Fault("its renorm is not supported");
        var epsilon = layer.Settings.Number("epsilon", 1e-3f);
        if (epsilon < 0)
            throw layer.Fault("its epsilon is negative");
        var gamma = layer.Settings.Flag("scale", true) ? layer.Weight("gamma", [channels]) : layer.Constant("gamma", () => Filled(channels, 1));
        var beta = layer.Settings.Flag("center", true) ? layer.Weight("beta", [channels]) : layer.Constant("beta", () => Filled(channels, 0));
        var mean = layer.Weight("moving_mean", [channels]);
        var variance = layer.Weight("moving_variance", [channels]);
        if (input.Rank is 1 or 3)
        {
            var output = layer.Node("BatchNormalization", "", [input.Name, gamma, beta, mean, variance], OnnxAttribute.Float("epsilon", epsilon));
            return new Value(output, input.Shape);
        }
        if (input.Rank != 2)
            throw layer.Fault($"it takes vectors, sequences or images and gets {input.Text}");
        // A sequence has its channels last, but ONNX expects them second. So x·scale + shift is used instead.
        var scale = layer.Constant("scale", () => Combine(layer, epsilon, (g, _, _, v) => g / v));
        var shift = layer.Constant("shift", () => Combine(layer, epsilon, (g, b, m, v) => b - (m * g / v)));
        var scaled = layer.Node("Mul", "scaled", [input.Name, scale]);
        return new Value(layer.Node("Add", "", [scaled, shift]), input.Shape, input.Mask);
    }

    private static WeightTensor Filled(int count, float value)
    {
        var tensor = new WeightTensor(count);
        tensor.Values.Fill(value);
        return tensor;
    }

    /// <summary>Computes a value for each channel from its gamma, beta, mean and standard deviation.</summary>
    private static WeightTensor Combine(LayerContext layer, float epsilon, Func<double, double, double, double, double> of)
    {
        var channels = layer.Input.Channels;
        var gamma = layer.Settings.Flag("scale", true) ? layer.Read("gamma", channels) : Filled(channels, 1);
        var beta = layer.Settings.Flag("center", true) ? layer.Read("beta", channels) : Filled(channels, 0);
        var mean = layer.Read("moving_mean", channels);
        var variance = layer.Read("moving_variance", channels);
        var result = new WeightTensor(channels);
        for (var i = 0; i < channels; i++)
        {
            result.Values[i] = (float)of(gamma.Values[i], beta.Values[i], mean.Values[i], Math.Sqrt((double)variance.Values[i] + epsilon));
        }
        return result;
    }
}
