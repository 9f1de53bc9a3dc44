using LusPipeline.Models.Keras.Graph;
using LusPipeline.Models.Onnx;

namespace LusPipeline.Models.Keras.Converters;

/// <summary>
/// LSTM (Keras: <c>keras.layers.LSTM</c>; ONNX: LSTM). Keras' kernel [in, 4·units] has the gates input, forget, cell, output; ONNX'
/// weights [4·units, in] have input, output, forget, cell. Keras adds one bias, ONNX two: the second is zero. ONNX wants time before
/// the batch.
/// </summary>
internal static class Recurrent
{
    public static void Register(ConverterTable table) => table.Add("LSTM", layer => Lstm(layer), Slots);

    private static WeightSlot[] Slots(LayerSettings settings) => settings.Flag("use_bias", true)
        ? [new WeightSlot("kernel"), new WeightSlot("recurrent_kernel"), new WeightSlot("bias")]
        : [new WeightSlot("kernel"), new WeightSlot("recurrent_kernel")];

    private static Value Lstm(LayerContext layer)
    {
        var input = layer.Input;
        if (input.Rank != 2)
            throw layer.Fault($"it takes sequences [times, features] and gets {input.Text}");
        var units = layer.Settings.Size("units");
        int[] gates = [0, 3, 1, 2];
        var kernel = layer.Weight("kernel", [input.Channels, 4 * units], tensor => Gates(tensor, gates, units));
        var recurrent = layer.Weight("recurrent_kernel", [units, 4 * units], tensor => Gates(tensor, gates, units));
        List<string> inputs = [layer.Node("Transpose", "time_first", [input.Name], OnnxAttribute.Ints("perm", 1, 0, 2)), kernel, recurrent];
        if (layer.Settings.Flag("use_bias", true))
            inputs.Add(layer.Weight("bias", [4 * units], tensor => Bias(tensor, gates, units)));
        var outputs = layer.Graph.Add(
            "LSTM", layer.Layer.Place, [.. inputs], ["", layer.Layer.Place + "/last"], [OnnxAttribute.Int("hidden_size", units)]);
        var last = layer.Node("Squeeze", "", [outputs[1], layer.Graph.Integers(layer.Layer.Place + "/direction", 0)]);
        return new Value(last, [units]);
    }

    private static WeightTensor Gates(WeightTensor keras, int[] gates, int units)
    {
        var turned = keras.Transposed(1, 0);
        var inputs = turned.Dimensions[1];
        var result = new WeightTensor(1, gates.Length * units, inputs);
        for (var gate = 0; gate < gates.Length; gate++)
        {
            turned.Values.Slice(gates[gate] * units * inputs, units * inputs).CopyTo(result.Values[(gate * units * inputs)..]);
        }
        return result;
    }

    private static WeightTensor Bias(WeightTensor keras, int[] gates, int units)
    {
        var result = new WeightTensor(1, 2 * gates.Length * units);
        result.Values.Clear();
        for (var gate = 0; gate < gates.Length; gate++)
        {
            keras.Values.Slice(gates[gate] * units, units).CopyTo(result.Values[(gate * units)..]);
        }
        return result;
    }
}
