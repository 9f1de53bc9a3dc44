using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>Maps each layer's weights to the datasets of the file. Data are read on request.</summary>
internal sealed class LayerWeights(Hdf5Group root) : IWeightSource
{
    private readonly Dictionary<(LayerDefinition Layer, string Slot), string> _paths = [];

    public void Add(LayerDefinition layer, string slot, string path) => _paths[(layer, slot)] = path;

    public WeightTensor Read(LayerDefinition layer, string slot, ReadOnlySpan<int> shape)
    {
        var dataset = Dataset(layer, slot);
        if (!dataset.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new ImportProblemException(
                $"the weights '{dataset.Path}' are {Text(dataset.Shape)}, but '{slot}' of {layer} is {Text(shape)}; the weights are of another architecture.");
        }
        return dataset.Read();
    }

    public int[] Shape(LayerDefinition layer, string slot) => Dataset(layer, slot).Shape;

    private Hdf5Dataset Dataset(LayerDefinition layer, string slot) => _paths.TryGetValue((layer, slot), out var path)
        ? root.Dataset(path)
        : throw new ImportProblemException($"the file has no weights for '{slot}' of {layer}.");

    private static string Text(ReadOnlySpan<int> shape) => shape.Length == 0 ? "a number" : string.Join('×', shape.ToArray());
}
