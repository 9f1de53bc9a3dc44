using System.Text.Json;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts arithmetic that is written directly into a model, for example by <c>preprocess_input</c>: TFOpLambda and SlicingOpLambda of Keras 2, operations
/// of Keras 3 (<c>keras.ops</c>). One operand may be a constant: a single number, or one number for each channel. ONNX: Add, Sub, Mul, Div, Gather, Concat.
/// </summary>
internal static class Arithmetic
{
    public static void Register(ConverterTable table)
    {
        table.Add("TFOpLambda", TensorFlow);
        table.Add("SlicingOpLambda", ReverseChannels);
        table.Add("TrueDivide", layer => Apply(layer, "Div"));
        table.Add("Divide", layer => Apply(layer, "Div"));
        table.Add("GetItem", Channel);
        table.Add("Stack", Stack);
    }

    /// <summary>Applies an operation to two values, or to a value and a constant after it.</summary>
    public static Value Apply(LayerContext layer, string operation)
    {
        if (layer.Inputs.Count > 1)
            return Merging.Chain(layer, operation);
        var input = layer.Input;
        if (layer.Call.Arguments.ContainsKey("0"))
            throw layer.Fault("its first operand is a constant, which is not supported");
        var constants = layer.Call.Arguments.Where(argument => argument.Key is "1" or "y" or "x2" or "bias" or "value").ToList();
        if (constants is not [var (_, constant)])
            throw layer.Fault("its operands are in a form that is not known");
        var values = Numbers(layer, constant);
        if (values.Length != 1 && values.Length != input.Channels)
            throw layer.Fault($"its constant has {values.Length} values for {input.Channels} channels");
        var operand = layer.Constant("operand", () => Scaling.PerChannel(input, values));
        return input with { Name = layer.Node(operation, "", [input.Name, operand]) };
    }

    private static Value TensorFlow(LayerContext layer) => layer.Settings.Text("function", "") switch
    {
        "math.add" or "__operators__.add" or "nn.bias_add" => Apply(layer, "Add"),
        "math.subtract" => Apply(layer, "Sub"),
        "math.multiply" => Apply(layer, "Mul"),
        "math.truediv" or "math.divide" => Apply(layer, "Div"),
        "cast" => layer.Input,
        "nn.relu" => Activations.Apply(layer, layer.Input, "relu"),
        "nn.relu6" => Activations.Apply(layer, layer.Input, "relu6"),
        "nn.silu" or "nn.swish" => Activations.Apply(layer, layer.Input, "swish"),
        "math.sigmoid" => Activations.Apply(layer, layer.Input, "sigmoid"),
        "math.tanh" => Activations.Apply(layer, layer.Input, "tanh"),
        var other => throw layer.Fault($"its function '{other}' is not supported"),
    };

    /// <summary>Reverses the channels, which turns RGB into BGR. Only x[..., ::-1] is supported.</summary>
    private static Value ReverseChannels(LayerContext layer)
    {
        var input = layer.Input;
        var known = layer.Settings.Text("function", "") == "__operators__.getitem"
            && layer.Call.Arguments.TryGetValue("slice_spec", out var slices)
            && slices.ValueKind == JsonValueKind.Array && slices.GetArrayLength() == 2
            && IsEllipsis(slices[0])
            && slices[1].ValueKind == JsonValueKind.Object
            && slices[1].TryGetProperty("step", out var step) && step.ValueKind == JsonValueKind.Number && step.TryGetInt32(out var by) && by == -1
            && IsNull(slices[1], "start") && IsNull(slices[1], "stop");
        if (!known)
            throw layer.Fault("its slice is not supported; only [..., ::-1] is");
        var order = new long[input.Channels];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = order.Length - 1 - i;
        }
        var axis = Value.GraphAxis(input.Rank - 1, input.Rank);
        return input with
        {
            Name = layer.Node("Gather", "", [input.Name, layer.Graph.Integers($"{layer.Layer.Place}/order", order)], OnnxAttribute.Int("axis", axis)),
        };
    }

    /// <summary>Selects one channel of an image. Only x[..., i] is supported.</summary>
    private static Value Channel(LayerContext layer)
    {
        var input = layer.Image;
        var known = layer.Call.Arguments.TryGetValue("1", out var key)
            && key.ValueKind == JsonValueKind.Array && key.GetArrayLength() == 2
            && IsEllipsis(key[0]) && key[1].ValueKind == JsonValueKind.Number;
        if (!known || !key[1].TryGetInt32(out var channel) || channel >= input.Channels || channel < -input.Channels)
            throw layer.Fault("its slice is not supported; only [..., channel] is");
        var index = layer.Graph.Integer($"{layer.Layer.Place}/channel", channel < 0 ? channel + input.Channels : channel);
        return new Value(layer.Node("Gather", "", [input.Name, index], OnnxAttribute.Int("axis", 1)), input.Shape[..2]);
    }

    /// <summary>Stacks channels to an image. Nothing else is supported.</summary>
    private static Value Stack(LayerContext layer)
    {
        var first = layer.Inputs[0];
        if (layer.Settings.Integer("axis", 0) is not (-1 or 3) || layer.Inputs.Any(input => input.Rank != 2 || !input.Shape.AsSpan().SequenceEqual(first.Shape)))
            throw layer.Fault("it stacks something else than the channels of an image, which is not supported");
        var place = layer.Layer.Place;
        string[] channels = [.. layer.Inputs.Select(input => layer.Node("Unsqueeze", "channel", [input.Name, layer.Graph.Integers($"{place}/axis", 1)]))];
        return new Value(layer.Node("Concat", "", channels, OnnxAttribute.Int("axis", 1)), [.. first.Shape, channels.Length]);
    }

    private static bool IsEllipsis(JsonElement value) =>
        (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("class_name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() == "__ellipsis__")
        || (value.ValueKind == JsonValueKind.String && value.GetString() == "...");

    private static bool IsNull(JsonElement slice, string name) => !slice.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;

    /// <summary>Reads a number, a list of numbers, or an object that wraps either (<c>__tensor__</c>, <c>__numpy__</c>).</summary>
    private static float[] Numbers(LayerContext layer, JsonElement value)
    {
        var wrapped = value;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty("value", out var inner))
            wrapped = inner;
        var holder = JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["constant"] = wrapped });
        return new LayerSettings(holder, layer.Layer.Place).Numbers("constant");
    }
}
