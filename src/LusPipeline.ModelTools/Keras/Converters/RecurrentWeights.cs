using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts the weights of one recurrent layer, or of the two in a Bidirectional, to ONNX: W [directions, gates·units, in], R [directions, gates·units,
/// units], B [directions, 2·gates·units]. Keras' kernels are [in, gates·units]. Keras' single bias becomes the first of ONNX' two; a GRU with
/// <c>reset_after</c> has two rows, one for each.
/// </summary>
public static class RecurrentWeights
{
    internal static WeightSlot[] Slots(LayerSettings settings, string prefix)
    {
        WeightSlot[] kernels = [new(prefix + "kernel"), new(prefix + "recurrent_kernel")];
        return settings.Flag("use_bias", true) ? [.. kernels, new(prefix + "bias")] : kernels;
    }

    /// <param name="layer">The call of the layer.</param>
    /// <param name="settings">The settings of the recurrent layer itself, which may be inside a wrapper.</param>
    /// <param name="kind">The kind of the recurrent layer.</param>
    /// <param name="prefixes">The prefix of the weights' names for each direction.</param>
    internal static (string Kernel, string Recurrent, string? Bias) Constants(LayerContext layer, LayerSettings settings, RecurrentKind kind, string[] prefixes)
    {
        var units = settings.Size("units");
        var inputs = layer.Input.Channels;
        var gates = checked(kind.Gates.Length * units);
        var kernel = layer.Constant("kernel", () => Stack(prefixes, prefix => Kernel(layer.Read(prefix + "kernel", inputs, gates), kind, units)));
        var recurrent = layer.Constant("recurrent_kernel", () => Stack(prefixes, prefix => Kernel(layer.Read(prefix + "recurrent_kernel", units, gates), kind, units)));
        if (!settings.Flag("use_bias", true))
            return (kernel, recurrent, null);
        var twoRows = kind == RecurrentKind.Gru && ResetAfter(settings);
        int[] shape = twoRows ? [2, gates] : [gates];
        var bias = layer.Constant("bias", () => Stack(prefixes, prefix => Bias(layer.Read(prefix + "bias", shape), kind, units, twoRows)));
        return (kernel, recurrent, bias);
    }

    /// <summary>Whether a GRU applies the reset gate after the recurrent product. Files without this setting are older than it.</summary>
    internal static bool ResetAfter(LayerSettings settings) => settings.Flag("reset_after", false);

    private static WeightTensor Stack(string[] prefixes, Func<string, WeightTensor> read) => Stack([.. prefixes.Select(read)]);

    /// <summary>Puts the weights of the directions, which have one shape, one after another.</summary>
    /// <returns>[directions, …].</returns>
    public static WeightTensor Stack(IReadOnlyList<WeightTensor> directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        var all = new WeightTensor([directions.Count, .. directions[0].Dimensions]);
        for (var i = 0; i < directions.Count; i++)
        {
            directions[i].Values.CopyTo(all.Values[(i * directions[i].Values.Length)..]);
        }
        return all;
    }

    /// <param name="keras">A kernel or recurrent kernel as Keras has it, [rows, gates·units].</param>
    /// <returns>ONNX' layout of one direction, [gates·units, rows], with ONNX' order of gates.</returns>
    public static WeightTensor Kernel(WeightTensor keras, RecurrentKind kind, int units)
    {
        var turned = keras.Transposed(1, 0);
        var rows = units * turned.Dimensions[1];
        var result = new WeightTensor(turned.Dimensions);
        for (var gate = 0; gate < kind.Gates.Length; gate++)
        {
            turned.Values.Slice(kind.Gates[gate] * rows, rows).CopyTo(result.Values[(gate * rows)..]);
        }
        return result;
    }

    /// <param name="keras">A bias as Keras has it, [gates·units], or [2, gates·units] for a GRU that applies the reset gate after the product.</param>
    /// <param name="twoRows">Whether the bias has two rows.</param>
    /// <returns>ONNX' layout of one direction, [2·gates·units].</returns>
    public static WeightTensor Bias(WeightTensor keras, RecurrentKind kind, int units, bool twoRows)
    {
        var gates = kind.Gates.Length;
        var result = new WeightTensor(2 * gates * units);
        result.Values.Clear();
        for (var gate = 0; gate < (twoRows ? 2 * gates : gates); gate++)
        {
            var from = (gate / gates * gates) + kind.Gates[gate % gates];
            keras.Values.Slice(from * units, units).CopyTo(result.Values[(gate * units)..]);
        }
        return result;
    }
}
