using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts Dense: activation(x·kernel + bias) along the last axis, with a kernel [in, units] (Keras: <c>keras.layers.Dense</c>). ONNX: Gemm for vectors,
/// MatMul and Add for sequences, a 1×1 Conv for images.
/// </summary>
internal static class DenseLayers
{
    public static void Register(ConverterTable table) => table.Add("Dense", Dense, Slots);

    private static WeightSlot[] Slots(LayerDefinition layer) =>
        layer.Settings.Flag("use_bias", true) ? [new WeightSlot("kernel"), new WeightSlot("bias")] : [new WeightSlot("kernel")];

    private static Value Dense(LayerContext layer)
    {
        var input = layer.Input;
        var units = layer.Settings.Size("units");
        var hasBias = layer.Settings.Flag("use_bias", true);
        string output;
        switch (input.Rank)
        {
            case 1:
                var kernel = layer.Weight("kernel", [input.Channels, units]);
                output = layer.Node("Gemm", "", hasBias ? [input.Name, kernel, layer.Weight("bias", [units])] : [input.Name, kernel]);
                break;
            case 2:
                kernel = layer.Weight("kernel", [input.Channels, units]);
                output = layer.Node("MatMul", hasBias ? "product" : "", [input.Name, kernel]);
                if (hasBias)
                    output = layer.Node("Add", "", [output, layer.Weight("bias", [units])]);
                break;
            case 3:
                kernel = layer.Weight("kernel", [input.Channels, units], tensor => new WeightTensor(tensor.Transposed(1, 0).Values, units, input.Channels, 1, 1));
                var point = new SpatialWindow([1, 1], [1, 1], [1, 1], [0, 0, 0, 0], []);
                output = layer.Node(
                    "Conv", "", hasBias ? [input.Name, kernel, layer.Weight("bias", [units])] : [input.Name, kernel], point.ConvAttributes(1));
                break;
            default:
                throw layer.Fault($"it takes vectors, sequences or images and gets {input.Text}");
        }
        return Activations.OfLayer(layer, new Value(output, [.. input.Shape[..^1], units], input.Mask));
    }
}
