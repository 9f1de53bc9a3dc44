using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>An LSTM's weights from ONNX' form, W [1, 4·units, in], R [1, 4·units, units], B [1, 8·units], to Keras': the way back of <see cref="RecurrentWeights"/>.</summary>
internal static class LstmWeights
{
    private static readonly int[] Gates = RecurrentKind.Lstm.Gates;

    /// <returns>[in, 4·units].</returns>
    public static WeightTensor Kernel(WeightTensor onnx, int units)
    {
        var columns = onnx.Dimensions[2];
        var rows = units * columns;
        var ordered = new WeightTensor(Gates.Length * units, columns);
        for (var gate = 0; gate < Gates.Length; gate++)
            onnx.Values.Slice(gate * rows, rows).CopyTo(ordered.Values[(Gates[gate] * rows)..]);
        return ordered.Transposed(1, 0);
    }

    /// <summary>ONNX adds two biases where Keras has one.</summary>
    /// <returns>[4·units].</returns>
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
                // Not added where there is nothing to add, so that a negative zero stays one.
                bias.Values[(Gates[gate] * units) + unit] = second.Values[from] == 0 ? first.Values[from] : first.Values[from] + second.Values[from];
            }
        }
        return bias;
    }
}
