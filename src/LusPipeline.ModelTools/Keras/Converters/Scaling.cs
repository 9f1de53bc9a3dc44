using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts three kinds of layers. Rescaling: x·scale + offset, where each is one number or one for each channel. Normalization: (x − mean)/max(√variance,
/// 1e-7), or x·max(√variance, 1e-7) + mean if inverted (Keras: <c>keras.layers.Rescaling</c>, <c>Normalization</c>; ONNX: Mul, Add, Sub, Div). Keras'
/// InceptionResNetV2 has CustomScaleLayer, or a Lambda instead of it: a + scale·b.
/// </summary>
internal static class Scaling
{
    /// <summary>Keras' <c>backend.epsilon()</c>.</summary>
    private const double Epsilon = 1e-7;

    private static ReadOnlySpan<float> ImageNetMeans => [0.485f, 0.456f, 0.406f];

    /// <summary>
    /// ImageNet's standard deviations. Keras' own EfficientNet weight files store these as variances. <c>EfficientNetB0(weights="imagenet")</c> in Keras
    /// divides by their square root a second time, outside the layers of the architecture without weights. Both divisions together equal a division by
    /// these values.
    /// </summary>
    private static ReadOnlySpan<float> ImageNetDeviations => [0.229f, 0.224f, 0.225f];

    public static void Register(ConverterTable table)
    {
        table.Add("Rescaling", Rescale);
        table.Add("Normalization", Normalize, NormalizationSlots);
        table.Add("CustomScaleLayer", layer => AddScaled(layer, layer.Settings.Number("scale", 1)));
        table.Add("Lambda", Lambda);
    }

    private static Value Rescale(LayerContext layer)
    {
        var input = layer.Input;
        var scale = layer.Settings.Has("scale") ? layer.Settings.Numbers("scale") : [1f];
        var offset = layer.Settings.Has("offset") ? layer.Settings.Numbers("offset") : [0f];
        var moved = offset.Any(number => number != 0);
        var output = layer.Node("Mul", moved ? "scaled" : "", [input.Name, PerChannel(layer, "scale", input, scale)]);
        if (moved)
            output = layer.Node("Add", "", [output, PerChannel(layer, "offset", input, offset)]);
        return input with { Name = output };
    }

    /// <summary>
    /// The weights of Normalization. Mean and variance are settings, or weights that were adapted to data; <c>count</c> is the number of data.
    /// </summary>
    private static WeightSlot[] NormalizationSlots(LayerDefinition layer) => layer.Settings.Has("mean")
        ? []
        : [new WeightSlot("mean", Trained: false), new WeightSlot("variance", Trained: false), new WeightSlot("count", Trained: false)];

    private static Value Normalize(LayerContext layer)
    {
        var input = layer.Input;
        if (layer.Settings.Has("axis") && !(layer.Settings.Integers("axis") is [] or [-1] || layer.Settings.Integers("axis") is [var axis] && axis == input.Rank))
            throw layer.Fault("it normalises other axes than the last");
        if (IsUnadapted(layer))
            return input;
        var mean = Statistic(layer, "mean");
        var deviation = Statistic(layer, "variance");
        var isDeviation = layer.WeightsAlone && Equal(mean, ImageNetMeans) && Equal(deviation, ImageNetDeviations);
        for (var i = 0; i < deviation.Length; i++)
        {
            deviation[i] = isDeviation ? deviation[i] : (float)Math.Max(Math.Sqrt(deviation[i]), Epsilon);
        }
        var (first, second) = (PerChannel(layer, "mean", input, mean), PerChannel(layer, "deviation", input, deviation));
        var output = layer.Settings.Flag("invert", false)
            ? layer.Node("Add", "", [layer.Node("Mul", "scaled", [input.Name, second]), first])
            : layer.Node("Div", "", [layer.Node("Sub", "centred", [input.Name, first]), second]);
        return input with { Name = output };
    }

    /// <summary>
    /// Whether the layer was built and never adapted: its count and mean are 0. Keras then returns its input unchanged. (The ImageNet files of EfficientNet
    /// have non-zero means, some with a count of 0, and are used.)
    /// </summary>
    private static bool IsUnadapted(LayerContext layer) =>
        !layer.Settings.Has("mean") && Statistic(layer, "count") is [0] && Statistic(layer, "mean").AsSpan().IndexOfAnyExcept(0f) < 0;

    private static bool Equal(float[] values, ReadOnlySpan<float> others)
    {
        if (values.Length != others.Length)
            return false;
        for (var i = 0; i < values.Length; i++)
        {
            if (MathF.Abs(values[i] - others[i]) > 1e-3f)
                return false;
        }
        return true;
    }

    private static float[] Statistic(LayerContext layer, string name)
    {
        if (layer.Settings.Has(name))
            return layer.Settings.Numbers(name);
        var shape = layer.ShapeInFile(name);
        return WeightTensor.Product(shape) <= 1_000_000 ? layer.Read(name, shape).Values.ToArray() : throw layer.Fault($"its {name} is too large");
    }

    /// <summary>
    /// Converts a Lambda. Keras 2 stores its function as code that only Python can run, so this one is recognised by its place and its argument.
    /// </summary>
    private static Value Lambda(LayerContext layer)
    {
        if (layer.Inputs.Count == 2
            && InceptionBlocks.IsName(layer.Layer.Name)
            && layer.Settings.Has("arguments")
            && layer.Settings.Element("arguments") is { ValueKind: System.Text.Json.JsonValueKind.Object } arguments
            && new LayerSettings(arguments, layer.Layer.Place) is var settings && settings.Has("scale"))
            return AddScaled(layer, settings.Number("scale", 1));
        throw layer.Fault("it is Python code of its own; only the one in InceptionResNetV2's blocks is known");
    }

    private static Value AddScaled(LayerContext layer, float scale)
    {
        if (layer.Inputs.Count != 2 || !layer.Inputs[0].Shape.AsSpan().SequenceEqual(layer.Inputs[1].Shape))
            throw layer.Fault("it takes two inputs of one shape");
        var scaled = layer.Node("Mul", "scaled", [layer.Inputs[1].Name, layer.Constant("scale", scale)]);
        return layer.Inputs[0] with { Name = layer.Node("Add", "", [layer.Inputs[0].Name, scaled]) };
    }

    private static string PerChannel(LayerContext layer, string name, Value input, float[] values)
    {
        if (values.Length != 1 && values.Length != input.Channels)
            throw layer.Fault($"it has {values.Length} values of '{name}' for {input.Channels} channels");
        return layer.Constant(name, () => PerChannel(input, values));
    }

    /// <summary>Shapes values so that they broadcast over all axes except the channels.</summary>
    public static WeightTensor PerChannel(Value input, ReadOnlySpan<float> values)
    {
        if (values.Length == 1)
            return new WeightTensor(values, []);
        return input.IsChannelsFirst ? new WeightTensor(values, values.Length, 1, 1) : new WeightTensor(values, values.Length);
    }
}
