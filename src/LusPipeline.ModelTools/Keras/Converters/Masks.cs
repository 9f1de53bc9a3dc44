using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts Masking, which marks the time steps whose features all equal one value (Keras: <c>keras.layers.Masking</c>). Keras' recurrent layers skip
/// masked steps; ONNX' layers can only stop early. So the unmasked steps are moved to the front in their order, which is equivalent for any mask, and the
/// outputs are moved back.
/// </summary>
internal static class Masks
{
    public static void Register(ConverterTable table) => table.Add("Masking", Mask);

    private static Value Mask(LayerContext layer)
    {
        var input = layer.Input;
        if (input.Rank != 2)
            throw layer.Fault($"it takes sequences [times, features] and gets {input.Text}");
        var equal = layer.Node("Equal", "equal", [input.Name, layer.Constant("mask_value", layer.Settings.Number("mask_value", 0))]);
        var differs = layer.Node("Cast", "differs", [layer.Node("Not", "not_equal", [equal])], To(TensorProto.Types.DataType.Float));
        var counts = layer.Node("ReduceMax", "counts", [differs], OnnxAttribute.Ints("axes", 2), OnnxAttribute.Int("keepdims", 1));
        var kept = layer.Node("Mul", "", [input.Name, counts]);
        var flat = layer.Node("Squeeze", "counts_flat", [counts, layer.Graph.Integers($"{layer.Layer.Place}/last_axis", 2)]);
        var mask = layer.Node("Cast", "mask", [flat], To(TensorProto.Types.DataType.Bool));
        if (input.Mask is not null)
            mask = layer.Node("And", "masks", [mask, input.Mask]);
        return new Value(kept, input.Shape, mask);
    }

    /// <summary>Combines the masks of several inputs: a time step counts if it counts in all of them.</summary>
    public static string? All(LayerContext layer)
    {
        string? all = null;
        foreach (var mask in layer.Inputs.Select(input => input.Mask).Where(mask => mask is not null).Distinct())
        {
            all = all is null ? mask : layer.Node("And", "masks", [all, mask!]);
        }
        return all;
    }

    /// <summary>Moves the time steps that count to the front and returns their number (int32 [B]). Without a mask it returns the value unchanged.</summary>
    public static (string Value, string? Lengths) Gather(LayerContext layer, Value input)
    {
        if (input.Mask is null)
            return (input.Name, null);
        var times = input.Shape[0];
        // Steps that count get a higher rank than those that do not, and among equals an earlier step gets a higher rank.
        var order = layer.Constant("mask_order", () => Countdown(times));
        var counted = layer.Node("Cast", "mask_number", [input.Mask], To(TensorProto.Types.DataType.Float));
        var raised = layer.Node("Mul", "mask_raised", [counted, layer.Constant("mask_times", times)]);
        var rank = layer.Node("Add", "mask_rank", [raised, order]);
        var place = layer.Layer.Place;
        var positions = layer.Graph.Add(
            "TopK", $"{place}/mask_order", [rank, layer.Graph.Integers($"{place}/times", times)], [$"{place}/mask_ranks", $"{place}/mask_positions"], [OnnxAttribute.Int("axis", 1)])[1];
        var lengths = layer.Node("ReduceSum", "mask_length", [counted, layer.Graph.Integers($"{place}/time_axis", 1)], OnnxAttribute.Int("keepdims", 0));
        return (Pick(layer, "together", input.Name, positions), layer.Node("Cast", "lengths", [lengths], To(TensorProto.Types.DataType.Int32)));
    }

    /// <summary>
    /// Moves the outputs of a recurrent layer back to their original time steps. A masked step gets the output of the step before it (0 before the first),
    /// or always 0 if <paramref name="zero"/> is true.
    /// </summary>
    public static Value Spread(LayerContext layer, Value output, bool zero)
    {
        if (output.Mask is null)
            return output;
        var place = layer.Layer.Place;
        var counted = layer.Node("Cast", "mask_integer", [output.Mask], To(TensorProto.Types.DataType.Int64));
        var sums = layer.Node("CumSum", "mask_sums", [counted, layer.Graph.Integer($"{place}/cumulative_axis", 1)]);
        var before = layer.Node("Sub", "mask_before", [sums, layer.Graph.Integer($"{place}/one", 1)]);
        var positions = layer.Node("Max", "mask_positions", [before, layer.Graph.Integer($"{place}/zero", 0)]);
        var spread = Pick(layer, "apart", output.Name, positions);
        var shown = zero ? output.Mask : layer.Node("Cast", "mask_begun", [sums], To(TensorProto.Types.DataType.Bool));
        var factor = layer.Node("Cast", "mask_factor", [shown], To(TensorProto.Types.DataType.Float));
        var column = layer.Node("Unsqueeze", "mask_column", [factor, layer.Graph.Integers($"{place}/column", 2)]);
        return output with { Name = layer.Node("Mul", "masked", [spread, column]) };
    }

    public static string Reverse(LayerContext layer, string value, string part)
    {
        var place = $"{layer.Layer.Place}/{part}";
        return layer.Node("Slice", part,
        [
            value,
            layer.Graph.Integers(place + "/starts", -1),
            layer.Graph.Integers(place + "/ends", int.MinValue),
            layer.Graph.Integers(place + "/axes", 1),
            layer.Graph.Integers(place + "/steps", -1),
        ]);
    }

    /// <summary>value[b, positions[b, t], :].</summary>
    private static string Pick(LayerContext layer, string part, string value, string positions)
    {
        var indices = layer.Node("Unsqueeze", part + "_indices", [positions, layer.Graph.Integers($"{layer.Layer.Place}/{part}_axis", 2)]);
        return layer.Node("GatherND", part, [value, indices], OnnxAttribute.Int("batch_dims", 1));
    }

    private static WeightTensor Countdown(int times)
    {
        var order = new WeightTensor(times);
        for (var time = 0; time < times; time++)
        {
            order.Values[time] = times - 1 - time;
        }
        return order;
    }

    private static AttributeProto To(TensorProto.Types.DataType type) => OnnxAttribute.Int("to", (int)type);
}
