using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>
/// Finds Keras' layers in a head's graph that the importer or a training wrote: one LSTM, its last state or the mean or maximum of all, dense layers, softmax.
/// </summary>
internal static class HeadLayers
{
    private const string Supported = "what can be exported is one LSTM with its last state or the mean or maximum of all, dense layers and a softmax.";

    private static readonly Dictionary<string, string> RecurrentFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Sigmoid"] = "sigmoid",
        ["Tanh"] = "tanh",
        ["Relu"] = "relu",
        ["Softsign"] = "softsign",
        ["Softplus"] = "softplus",
    };

    private static readonly Dictionary<string, string> DenseFunctions = new(StringComparer.Ordinal)
    {
        ["Relu"] = "relu",
        ["Sigmoid"] = "sigmoid",
        ["Tanh"] = "tanh",
        ["Softplus"] = "softplus",
        ["Softsign"] = "softsign",
        ["Exp"] = "exponential",
        ["Softmax"] = "softmax",
    };

    /// <exception cref="ImportProblemException">The graph has other layers.</exception>
    public static IReadOnlyList<HeadLayer> Read(GraphProto graph)
    {
        var constants = new OnnxConstants(graph);
        var value = graph.Input.Where(input => !constants.Has(input.Name)).Select(input => input.Name).ToArray() is [var only]
            ? only : throw new ImportProblemException("it has not one input.");
        if (graph.Output is not [var output])
            throw new ImportProblemException("it has not one output.");
        var layers = new List<HeadLayer>();
        for (var steps = 0; value != output.Name; steps++)
        {
            var node = steps <= graph.Node.Count ? Reader(graph, value) : throw new ImportProblemException("it goes in a circle.");
            switch (node.OpType)
            {
                case "Identity":
                    value = node.Output[0];
                    break;
                case "Transpose" when layers.Count == 0 && Ints(node, "perm") is [1, 0, 2]:
                    (var lstm, value) = Lstm(graph, Reader(graph, node.Output[0]), constants, node.Output[0]);
                    layers.AddRange(lstm);
                    break;
                case "Gemm" when layers.Count > 0:
                    layers.Add(Dense(node, constants, value));
                    value = node.Output[0];
                    break;
                case var function when DenseFunctions.TryGetValue(function, out var activation) && layers is [.., HeadLayer.Dense { Activation: "linear" } dense]:
                    if (function == "Softmax" && Int(node, "axis", -1) is not (-1 or 1))
                        throw Other(node);
                    layers[^1] = dense with { Activation = activation };
                    value = node.Output[0];
                    break;
                default:
                    throw Other(node);
            }
        }
        if (layers is not [HeadLayer.Lstm, .., HeadLayer.Dense { Activation: "softmax" }])
            throw new ImportProblemException($"it does not begin with an LSTM and end with a softmax; {Supported}");
        return Named(layers);
    }

    private static (IReadOnlyList<HeadLayer> Layers, string Value) Lstm(GraphProto graph, NodeProto node, OnnxConstants constants, string input)
    {
        if (node.OpType != "LSTM" || node.Input[0] != input || node.Input.Count < 3)
            throw Other(node);
        var units = Int(node, "hidden_size", 0);
        var known = node.Attribute.All(attribute => attribute.Name is "hidden_size" or "activations"
            || (attribute.Name == "direction" && attribute.S.ToStringUtf8() == "forward")
            || (attribute.Name is "layout" or "input_forget" && attribute.I == 0));
        var plain = node.Input.Skip(4).All(name => name.Length == 0);
        int[] outputs = [.. Enumerable.Range(0, node.Output.Count).Where(index => node.Output[index].Length > 0)];
        if (!known || !plain || outputs is not ([0] or [1]))
            throw new ImportProblemException($"its LSTM '{node.Name}' has settings, masks or outputs that are not supported; {Supported}");
        string[] functions = [.. node.Attribute.FirstOrDefault(attribute => attribute.Name == "activations")?.Strings.Select(name => name.ToStringUtf8()) ?? ["Sigmoid", "Tanh", "Tanh"]];
        if (functions is not [var gate, var candidate, var last] || candidate != last
            || !RecurrentFunctions.TryGetValue(gate, out var recurrentActivation) || !RecurrentFunctions.TryGetValue(candidate, out var activation))
            throw new ImportProblemException($"its LSTM '{node.Name}' has the activations {string.Join(", ", functions)}; {Supported}");

        var kernel = constants.Floats(node.Input[1], 3);
        var recurrent = constants.Floats(node.Input[2], 3);
        var bias = node.Input.Count > 3 && node.Input[3].Length > 0 ? constants.Floats(node.Input[3], 2) : null;
        if (units < 1 || kernel.Dimensions is not [1, var gates, _] || gates != 4L * units
            || !recurrent.Dimensions.AsSpan().SequenceEqual([1, gates, units]) || (bias is not null && !bias.Dimensions.AsSpan().SequenceEqual([1, 2 * gates])))
            throw new ImportProblemException($"the weights of its LSTM '{node.Name}' do not fit its {units} units.");
        // The states of all frames are [T, 1, B, units], and the last ones [1, B, units].
        var squeeze = Reader(graph, node.Output[outputs[0]]);
        if (squeeze.OpType != "Squeeze" || squeeze.Input.Count != 2 || constants.Integers(squeeze.Input[1]) is not [var axis] || axis != 1 - outputs[0])
            throw Other(squeeze);
        var layer = new HeadLayer.Lstm(
            NameOf(node.Input[1]), units, activation, recurrentActivation,
            LstmWeights.Kernel(kernel, units), LstmWeights.Kernel(recurrent, units), bias is null ? null : LstmWeights.Bias(bias, units));
        if (outputs is [1])
            return ([layer], squeeze.Output[0]);
        var summary = Reader(graph, squeeze.Output[0]);
        return summary.OpType is "ReduceMean" or "ReduceMax" && Ints(summary, "axes") is [0] && Int(summary, "keepdims", 1) == 0
            ? ([layer, new HeadLayer.Pooling("summary", summary.OpType == "ReduceMean" ? "GlobalAveragePooling1D" : "GlobalMaxPooling1D")], summary.Output[0])
            : throw Other(summary);
    }

    private static HeadLayer.Dense Dense(NodeProto node, OnnxConstants constants, string input)
    {
        var turned = Int(node, "transB", 0) == 1;
        if (node.Input[0] != input || node.Input.Count < 2 || Int(node, "transA", 0) != 0
            || node.Attribute.Any(attribute => attribute.Name is "alpha" or "beta" && attribute.F != 1))
            throw Other(node);
        var kernel = constants.Floats(node.Input[1], 2);
        if (turned)
            kernel = kernel.Transposed(1, 0);
        var bias = node.Input.Count > 2 && node.Input[2].Length > 0 ? constants.Floats(node.Input[2], 1) : null;
        if (bias is not null && bias.Dimensions[0] != kernel.Dimensions[1])
            throw new ImportProblemException($"the bias of '{node.Name}' does not fit its kernel.");
        return new(NameOf(node.Input[1]), "linear", kernel, bias);
    }

    private static NodeProto Reader(GraphProto graph, string value) =>
        graph.Node.Where(node => node.Input.Contains(value)).ToArray() is [var only] && only.Output.Count > 0
            ? only
            : throw new ImportProblemException($"'{value}' is not read by exactly one node; {Supported}");

    private static ImportProblemException Other(NodeProto node) => new($"it has a node '{node.Name}' ({node.OpType}) at a place that Keras cannot express; {Supported}");

    /// <summary>The layer's name, from its kernel's name: the importer names a kernel <c>layer/kernel</c>.</summary>
    private static string NameOf(string kernel)
    {
        var end = kernel.LastIndexOf('/');
        return string.Concat((end > 0 ? kernel[..end] : "layer").Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '_'));
    }

    private static List<HeadLayer> Named(List<HeadLayer> layers)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return [.. layers.Select(layer =>
        {
            var name = layer.Name;
            for (var number = 1; !names.Add(name); number++)
                name = $"{layer.Name}_{number}";
            return layer with { Name = name };
        })];
    }

    private static int Int(NodeProto node, string name, int otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } attribute ? (int)Math.Clamp(attribute.I, int.MinValue, int.MaxValue) : otherwise;

    private static long[] Ints(NodeProto node, string name) => [.. node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.Ints ?? []];
}
