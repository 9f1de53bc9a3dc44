using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts LSTM, GRU, SimpleRNN, and each of them in Bidirectional (Keras: <c>keras.layers.LSTM</c> …; ONNX: LSTM, GRU, RNN, which expect time before the
/// batch). Keras carries the state over masked time steps. So the steps that count are moved to the front, and ONNX is given their number
/// (<see cref="Masks"/>).
/// </summary>
internal static class Recurrent
{
    private static readonly string[] Alone = [""];
    private static readonly string[] BothWays = ["forward_layer/", "backward_layer/"];

    public static void Register(ConverterTable table)
    {
        foreach (var name in (string[])["LSTM", "GRU", "SimpleRNN"])
        {
            table.Add(name, Single, layer => RecurrentWeights.Slots(layer.Settings, ""));
        }
        table.Add("Bidirectional", Bidirectional, layer => layer.Inner is { } inner
            ? [.. BothWays.SelectMany(prefix => RecurrentWeights.Slots(inner.Settings, prefix))]
            : []);
    }

    private static Value Single(LayerContext layer)
    {
        var settings = layer.Settings;
        var kind = RecurrentKind.Find(layer.Layer.ClassName)!;
        var sequences = settings.Flag("return_sequences", false);
        var backwards = settings.Flag("go_backwards", false);
        if (backwards && sequences && layer.Input.Mask is not null)
            throw layer.Fault("going backwards over masked times and giving a sequence is not supported");
        // The layer runs from the last time step to the first. Its outputs are in that order too.
        var input = layer.Input;
        if (backwards)
            input = Backwards(layer, input);
        var (y, last) = Run(layer, settings, kind, input, Alone, sequences);
        var units = settings.Size("units");
        if (!sequences)
            return new Value(layer.Node("Squeeze", "", [last, layer.Graph.Integers($"{layer.Layer.Place}/direction", 0)]), [units]);
        var inOrder = layer.Node("Transpose", "batch_first", [y], OnnxAttribute.Ints("perm", 2, 0, 1, 3));
        var result = new Value(layer.Reshape("", inOrder, input.Shape[0], units), [input.Shape[0], units], input.Mask);
        return Masks.Spread(layer, result, settings.Flag("zero_output_for_mask", false));
    }

    private static Value Bidirectional(LayerContext layer)
    {
        if (layer.Layer.Inner is not { } inner || RecurrentKind.Find(inner.ClassName) is not { } kind)
            throw layer.Fault("it wraps no LSTM, GRU or SimpleRNN");
        var settings = inner.Settings;
        if (settings.Flag("go_backwards", false))
            throw layer.Fault("its forward layer goes backwards, which is not supported");
        CheckBackward(layer, settings);
        var sequences = settings.Flag("return_sequences", false);
        var units = settings.Size("units");
        var (y, last) = Run(layer, settings, kind, layer.Input, BothWays, sequences);
        // [B, (T,) directions, units], before the two directions are merged.
        var both = sequences
            ? layer.Node("Transpose", "batch_first", [y], OnnxAttribute.Ints("perm", 2, 0, 1, 3))
            : layer.Node("Transpose", "batch_first", [last], OnnxAttribute.Ints("perm", 1, 0, 2));
        int[] times = sequences ? [layer.Input.Shape[0]] : [];
        var axis = sequences ? 2 : 1;
        var mode = layer.Settings.Text("merge_mode", "concat");
        var merged = mode switch
        {
            "concat" => new Value(layer.Reshape("", both, [.. times, 2 * units]), [.. times, 2 * units]),
            "sum" => new Value(
                layer.Node("ReduceSum", "", [both, layer.Graph.Integers($"{layer.Layer.Place}/direction", axis)], OnnxAttribute.Int("keepdims", 0)), [.. times, units]),
            "ave" => Reduced("ReduceMean"),
            "mul" => Reduced("ReduceProd"),
            _ => throw layer.Fault($"its merge_mode '{mode}' is not known"),
        };
        return sequences ? Masks.Spread(layer, merged with { Mask = layer.Input.Mask }, zero: true) : merged;

        Value Reduced(string operation) => new(
            layer.Node(operation, "", [both], OnnxAttribute.Ints("axes", axis), OnnxAttribute.Int("keepdims", 0)), [.. times, units]);
    }

    /// <summary>Checks an explicit backward layer: it may differ from the forward layer only in its direction.</summary>
    private static void CheckBackward(LayerContext layer, LayerSettings forward)
    {
        if (!layer.Settings.Has("backward_layer"))
            return;
        var backward = new LayerSettings(layer.Settings.Element("backward_layer"), layer.Layer.Place).Inside("config");
        foreach (var name in (string[])["units", "activation", "recurrent_activation", "use_bias", "return_sequences", "reset_after"])
        {
            if ((forward.Has(name) ? forward.Element(name).GetRawText() : "") != (backward.Has(name) ? backward.Element(name).GetRawText() : ""))
                throw layer.Fault($"its two layers differ in '{name}', which is not supported");
        }
    }

    private static (string Y, string Last) Run(
        LayerContext layer, LayerSettings settings, RecurrentKind kind, Value input, string[] directions, bool sequences)
    {
        if (input.Rank != 2)
            throw layer.Fault($"it takes sequences [times, features] and gets {input.Text}");
        if (settings.Flag("stateful", false))
            throw layer.Fault("it is stateful: its results would depend on earlier clips");
        if (settings.Flag("time_major", false))
            throw layer.Fault("it takes time before the batch, which is not supported");
        var (kernel, recurrent, bias) = RecurrentWeights.Constants(layer, settings, kind, directions);
        var (together, lengths) = Masks.Gather(layer, input);
        string[] inputs = [layer.Node("Transpose", "time_first", [together], OnnxAttribute.Ints("perm", 1, 0, 2)), kernel, recurrent, bias ?? "", lengths ?? ""];
        var used = lengths is not null ? 5 : bias is not null ? 4 : 3;
        List<AttributeProto> attributes =
        [
            OnnxAttribute.Int("hidden_size", settings.Size("units")),
            OnnxAttribute.Text("direction", directions.Length == 2 ? "bidirectional" : "forward"),
            .. RecurrentActivations.Attributes(layer, settings, kind, directions.Length),
        ];
        if (kind == RecurrentKind.Gru)
            attributes.Add(OnnxAttribute.Int("linear_before_reset", RecurrentWeights.ResetAfter(settings) ? 1 : 0));
        var outputs = layer.Graph.Add(
            kind.Operation,
            layer.Layer.Place,
            inputs.AsSpan(0, used),
            [sequences ? layer.Layer.Place + "/all" : "", sequences ? "" : layer.Layer.Place + "/last"],
            [.. attributes]);
        return (outputs[0], outputs[1]);
    }

    private static Value Backwards(LayerContext layer, Value input) => new(
        Masks.Reverse(layer, input.Name, "backwards"), input.Shape, input.Mask is { } mask ? Masks.Reverse(layer, mask, "mask_backwards") : null);
}
