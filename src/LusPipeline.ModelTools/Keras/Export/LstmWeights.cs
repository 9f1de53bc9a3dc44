using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>
/// Converts an LSTM's weights from ONNX' layout, W [1, 4·units, in], R [1, 4·units, units], B [1, 8·units], to Keras'. It is the inverse of
/// <see cref="RecurrentWeights"/>.
/// </summary>
internal static class LstmWeights
{
    private static readonly int[] Gates = RecurrentKind.Lstm.Gates;

    /// <returns>The kernel, [in, 4·units].</returns>
    public static WeightTensor Kernel(WeightTensor onnx, int units)
    {
        var columns = onnx.Dimensions[2];
        var rows = units * columns;
        var ordered = new WeightTensor(Gates.Length * units, columns);
        for (var gate = 0; gate < Gates.Length; gate++)
            onnx.Values.Slice(gate * rows, rows).CopyTo(ordered.Values[(Gates[gate] * rows)..]);
        return ordered.Transposed(1, 0);
    }

    /// <summary>Adds ONNX' two biases to Keras' single one.</summary>
    /// <returns>The bias, [4·units].</returns>
    public static WeightTensor Bias(WeightTensor onnx, int units)
    {
        var all = Gates.Length * units;
        var (first, second) = (new WeightTensor(onnx.Values[..all], all), new WeightTensor(onnx.Values[all..], all));
        var bias = new WeightTensor(all);
        for (var gate = 0; gate < Gates.Length; gate++)
        {
            for (var unit = 0; unit < units; unit++)
            {
                var from = (gate * units) + unit;
                // If the second bias is 0, nothing is added, so that a negative zero is kept.
                bias.Values[(Gates[gate] * units) + unit] = second.Values[from] == 0 ? first.Values[from] : first.Values[from] + second.Values[from];
            }
        }
        return bias;
    }
}
