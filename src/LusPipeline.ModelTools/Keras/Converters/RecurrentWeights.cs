using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// The weights of one recurrent layer, or of the two of a Bidirectional, as ONNX has them: W [directions, gates·units, in],
/// R [directions, gates·units, units], B [directions, 2·gates·units]. Keras' kernels are [in, gates·units]; its bias is added once and
/// becomes ONNX' first, or, in a GRU with <c>reset_after</c>, is two rows for the two.
/// </summary>
internal static class RecurrentWeights
{
    public static WeightSlot[] Slots(LayerSettings settings, string prefix)
    {
        WeightSlot[] kernels = [new(prefix + "kernel"), new(prefix + "recurrent_kernel")];
        return settings.Flag("use_bias", true) ? [.. kernels, new(prefix + "bias")] : kernels;
    }

    /// <param name="layer">The call.</param>
    /// <param name="settings">Of the recurrent layer itself, which may stand in a wrapper.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="prefixes">Of the slots of each direction.</param>
    public static (string Kernel, string Recurrent, string? Bias) Constants(LayerContext layer, LayerSettings settings, RecurrentKind kind, string[] prefixes)
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

    /// <summary>Whether a GRU's reset gate acts after the recurrent product; files that do not say are older than the setting.</summary>
    public static bool ResetAfter(LayerSettings settings) => settings.Flag("reset_after", false);

    private static WeightTensor Stack(string[] prefixes, Func<string, WeightTensor> read)
    {
        var first = read(prefixes[0]);
        var all = new WeightTensor([prefixes.Length, .. first.Dimensions]);
        first.Values.CopyTo(all.Values);
        for (var i = 1; i < prefixes.Length; i++)
        {
            read(prefixes[i]).Values.CopyTo(all.Values[(i * first.Values.Length)..]);
        }
        return all;
    }

    private static WeightTensor Kernel(WeightTensor keras, RecurrentKind kind, int units)
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

    private static WeightTensor Bias(WeightTensor keras, RecurrentKind kind, int units, bool twoRows)
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
