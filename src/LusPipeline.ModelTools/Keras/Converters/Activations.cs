using System.Text.Json;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts activation functions, both as layers and as the <c>activation</c> of other layers (Keras: <c>keras.activations</c>). In ONNX each becomes the
/// operator of the same name, or a formula if opset 17 has no such operator.
/// </summary>
internal static class Activations
{
    public static void Register(ConverterTable table)
    {
        table.Add("Activation", layer => OfLayer(layer, layer.Input));
        table.Add("Softmax", layer => Softmax(layer, "Softmax", layer.Input, layer.Settings.Integer("axis", -1)));
        table.Add("ReLU", Relu);
        table.Add("LeakyReLU", layer => LeakyRelu(layer, layer.Input, Slope(layer, 0.3f)));
        table.Add("ELU", layer => Elu(layer, layer.Input, layer.Settings.Number("alpha", 1)));
        table.Add("PReLU", PRelu, _ => [new WeightSlot("alpha")]);
        table.Add("ThresholdedReLU", ThresholdedRelu);
    }

    /// <summary>Applies the function that a layer's <c>activation</c> setting names.</summary>
    public static Value OfLayer(LayerContext layer, Value input) => Apply(layer, input, Name(layer, layer.Settings, "activation"));

    /// <summary>Applies a function, given by its Keras name.</summary>
    public static Value Apply(LayerContext layer, Value input, string function) => function switch
    {
        "linear" => input,
        "relu" => Plain(layer, "Relu", input),
        "relu6" => Clip(layer, input, 0, 6),
        "sigmoid" => Plain(layer, "Sigmoid", input),
        "tanh" => Plain(layer, "Tanh", input),
        "softmax" => Softmax(layer, "Softmax", input, -1),
        "log_softmax" => Softmax(layer, "LogSoftmax", input, -1),
        "softplus" => Plain(layer, "Softplus", input),
        "softsign" => Plain(layer, "Softsign", input),
        "exponential" => Plain(layer, "Exp", input),
        "selu" => Plain(layer, "Selu", input),
        "elu" => Elu(layer, input, 1),
        "leaky_relu" => LeakyRelu(layer, input, 0.2f),
        "hard_sigmoid" => HardSigmoid(layer, input),
        "hard_swish" or "hard_silu" => Plain(layer, "HardSwish", input),
        "swish" or "silu" => Gated(layer, input, "Sigmoid"),
        "mish" => Mish(layer, input),
        "gelu" => Gelu(layer, input),
        var other => throw layer.Fault($"its activation '{other}' is not supported"),
    };

    /// <summary>The name of a function in a layer's settings. A missing name means <c>linear</c>.</summary>
    public static string Name(LayerContext layer, LayerSettings settings, string setting)
    {
        if (!settings.Has(setting))
            return "linear";
        var value = settings.Element(setting);
        // Registered functions are written as objects whose config is the name.
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.String)
            value = config;
        if (value.ValueKind != JsonValueKind.String)
            throw layer.Fault($"its {setting} is in a form that is not known");
        var name = value.GetString()!;
        return name[(name.LastIndexOf('>') + 1)..];
    }

    private static Value Plain(LayerContext layer, string operation, Value input, params ReadOnlySpan<AttributeProto> attributes) =>
        input with { Name = layer.Node(operation, Part(layer, operation), [input.Name], attributes) };

    /// <summary>The node's name: the layer's own name for an activation layer, a sub-name for the activation of another layer.</summary>
    private static string Part(LayerContext layer, string operation) =>
        layer.Layer.ClassName is "Activation" or "ReLU" or "LeakyReLU" or "ELU" or "Softmax" or "ThresholdedReLU" or "TFOpLambda" ? "" : operation.ToLowerInvariant();

    /// <summary>
    /// ReLU as a layer: max_value for x ≥ max_value, x for threshold ≤ x &lt; max_value, otherwise negative_slope·(x − threshold) (Keras:
    /// <c>keras.layers.ReLU</c>).
    /// </summary>
    private static Value Relu(LayerContext layer)
    {
        var input = layer.Input;
        var slope = layer.Settings.Number("negative_slope", 0);
        var threshold = layer.Settings.Number("threshold", 0);
        var max = layer.Settings.Has("max_value") ? layer.Settings.Number("max_value", 0) : (float?)null;
        if (threshold == 0 && slope == 0)
            return max is { } top ? Clip(layer, input, 0, top) : Plain(layer, "Relu", input);
        var limit = layer.Constant("threshold", threshold);
        var above = input.Name;
        if (max is { } highest)
            above = layer.Node("Min", "limited", [above, layer.Constant("max_value", highest)]);
        var below = layer.Node("Mul", "below", [layer.Node("Sub", "distance", [input.Name, limit]), layer.Constant("negative_slope", slope)]);
        var isBelow = layer.Node("Less", "is_below", [input.Name, limit]);
        return input with { Name = layer.Node("Where", "", [isBelow, below, above]) };
    }

    /// <summary>The slope below the threshold. Keras 2 calls it alpha, Keras 3 negative_slope.</summary>
    private static float Slope(LayerContext layer, float otherwise) =>
        layer.Settings.Has("alpha") ? layer.Settings.Number("alpha", otherwise) : layer.Settings.Number("negative_slope", otherwise);

    private static Value LeakyRelu(LayerContext layer, Value input, float slope) =>
        Plain(layer, "LeakyRelu", input, OnnxAttribute.Float("alpha", slope));

    /// <summary>PReLU: x for x > 0, otherwise alpha·x. alpha has the input's shape, with size 1 for axes that share it.</summary>
    private static Value PRelu(LayerContext layer)
    {
        var input = layer.Input;
        var shape = input.Shape.ToArray();
        if (layer.Settings.Has("shared_axes"))
        {
            foreach (var axis in layer.Settings.Integers("shared_axes"))
            {
                shape[axis >= 1 && axis <= input.Rank ? axis - 1 : throw layer.Fault($"it has no axis {axis}")] = 1;
            }
        }
        // The order of axes in the graph.
        var axes = new int[input.Rank];
        for (var axis = 0; axis < input.Rank; axis++)
        {
            axes[Value.GraphAxis(axis, input.Rank) - 1] = axis;
        }
        var alpha = layer.Weight("alpha", shape, tensor => tensor.Transposed(axes));
        return input with { Name = layer.Node("PRelu", "", [input.Name, alpha]) };
    }

    /// <summary>x for x > theta, otherwise 0.</summary>
    private static Value ThresholdedRelu(LayerContext layer) =>
        Plain(layer, "ThresholdedRelu", layer.Input, OnnxAttribute.Float("alpha", layer.Settings.Number("theta", 1)));

    private static Value Elu(LayerContext layer, Value input, float alpha) => Plain(layer, "Elu", input, OnnxAttribute.Float("alpha", alpha));

    private static Value Clip(LayerContext layer, Value input, float min, float max) => input with
    {
        Name = layer.Node("Clip", Part(layer, "Clip"), [input.Name, layer.Constant("min", min), layer.Constant("max", max)]),
    };

    /// <summary>Keras 2: 0.2·x + 0.5 clipped to [0, 1]. Keras 3: x/6 + 0.5 clipped to [0, 1].</summary>
    private static Value HardSigmoid(LayerContext layer, Value input) =>
        Plain(layer, "HardSigmoid", input, OnnxAttribute.Float("alpha", HardSigmoidSlope(layer)), OnnxAttribute.Float("beta", 0.5f));

    public static float HardSigmoidSlope(LayerContext layer) => layer.KerasMajor >= 3 ? 1f / 6 : 0.2f;

    private static Value Softmax(LayerContext layer, string operation, Value input, int axis)
    {
        // Keras counts the batch as axis 0; negative axes count from the end.
        var kerasAxis = axis < 0 ? input.Rank + axis : axis - 1;
        if (kerasAxis < 0 || kerasAxis >= input.Rank)
            throw layer.Fault($"it has no axis {axis}");
        return Plain(layer, operation, input, OnnxAttribute.Int("axis", Value.GraphAxis(kerasAxis, input.Rank)));
    }

    /// <summary>x·f(x), where f is the gate function.</summary>
    private static Value Gated(LayerContext layer, Value input, string gate) =>
        input with { Name = layer.Node("Mul", Part(layer, "gated"), [input.Name, layer.Node(gate, "gate", [input.Name])]) };

    /// <summary>x·tanh(softplus(x)).</summary>
    private static Value Mish(LayerContext layer, Value input)
    {
        var gate = layer.Node("Tanh", "gate", [layer.Node("Softplus", "softplus", [input.Name])]);
        return input with { Name = layer.Node("Mul", Part(layer, "gated"), [input.Name, gate]) };
    }

    /// <summary>Exact GELU, x·(1 + erf(x/√2))/2, with nodes in the order that ONNX Runtime recognises.</summary>
    private static Value Gelu(LayerContext layer, Value input)
    {
        var scaled = layer.Node("Div", "scaled", [input.Name, layer.Constant("root_of_2", MathF.Sqrt(2))]);
        var raised = layer.Node("Add", "raised", [layer.Node("Erf", "erf", [scaled]), layer.Constant("one", 1)]);
        var product = layer.Node("Mul", "product", [input.Name, raised]);
        return input with { Name = layer.Node("Mul", Part(layer, "gelu"), [product, layer.Constant("half", 0.5f)]) };
    }
}
