using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Onnx;
using PureHDF;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>
/// Writes a bundle's head as an HDF5 file in the format in which Keras 2 saves whole models. Keras 2, Keras 3 and our importer can load it.
/// </summary>
public static class KerasExport
{
    /// <summary>The Keras version whose file format is written.</summary>
    private const string KerasVersion = "2.12.0";

    private const string Backend = "tensorflow";
    private const long MaxBytes = 512L << 20;

    /// <param name="path">The path of the file, which must not exist.</param>
    /// <exception cref="BundleException">The bundle has no head, the head cannot be expressed in Keras, or the file cannot be written.</exception>
    public static HeadFacts WriteHead(Bundle bundle, string path)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.Exists(path))
            throw new BundleException($"'{path}' exists already. Give another name, or delete it first.");
        var onnx = bundle.PathOf(bundle.Head);
        var layers = Read(onnx);
        if (layers[0] is HeadLayer.Lstm lstm && lstm.Kernel.Dimensions[0] != bundle.Features)
            throw new BundleException($"'{onnx}' cannot be exported: its LSTM takes {lstm.Kernel.Dimensions[0]} features, the bundle has {bundle.Features}.");
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File(layers, bundle).Write(unfinished);
            System.IO.File.Move(unfinished, path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be written: {failed.Message}", failed);
        }
        finally
        {
            System.IO.File.Delete(unfinished);
        }
        return new(bundle.Frames, bundle.Features, ((HeadLayer.Dense)layers[^1]).Kernel.Dimensions[1]);
    }

    private static IReadOnlyList<HeadLayer> Read(string onnx)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(onnx);
            if (stream.Length > MaxBytes)
                throw new ImportProblemException($"it has {stream.Length} bytes; heads of up to {MaxBytes} can be exported.");
            var model = ModelProto.Parser.ParseFrom(stream);
            var layers = HeadLayers.Read(model.Graph ?? throw new ImportProblemException("it has no graph."));
            HeadLayer[] weighted = [.. layers.Where(layer => layer is not HeadLayer.Pooling)];
            return weighted.Zip(weighted.Skip(1)).All(pair => Width(pair.First) == ((HeadLayer.Dense)pair.Second).Kernel.Dimensions[0])
                ? layers
                : throw new ImportProblemException("its layers' weights do not fit each other.");
        }
        catch (Exception wrong) when (wrong is ImportProblemException or InvalidDataException or InvalidProtocolBufferException)
        {
            throw new BundleException($"'{onnx}' cannot be exported: {wrong.Message}", wrong);
        }
    }

    private static int Width(HeadLayer layer) => layer is HeadLayer.Lstm lstm ? lstm.Units : ((HeadLayer.Dense)layer).Kernel.Dimensions[1];

    private static H5File File(IReadOnlyList<HeadLayer> layers, Bundle bundle)
    {
        var weights = new H5Group();
        weights.Attributes["layer_names"] = layers.Select(layer => layer.Name).ToArray();
        weights.Attributes["backend"] = Backend;
        weights.Attributes["keras_version"] = KerasVersion;
        foreach (var layer in layers)
            weights[layer.Name] = Group(layer);
        var file = new H5File { ["model_weights"] = weights };
        file.Attributes["model_config"] = KerasHeadConfig.Json(layers, bundle.Frames, bundle.Features);
        file.Attributes["backend"] = Backend;
        file.Attributes["keras_version"] = KerasVersion;
        return file;
    }

    /// <summary>
    /// The group of a layer's weights. Keras names an LSTM's weights after its cell, <c>lstm/lstm_cell/kernel:0</c>, in a group named after the layer.
    /// </summary>
    private static H5Group Group(HeadLayer layer)
    {
        var (path, weights) = layer switch
        {
            HeadLayer.Lstm lstm => (new[] { layer.Name, "lstm_cell" }, new[] { ("kernel:0", (WeightTensor?)lstm.Kernel), ("recurrent_kernel:0", lstm.Recurrent), ("bias:0", lstm.Bias) }),
            HeadLayer.Pooling => ([], []),
            HeadLayer.Dense dense => ([layer.Name], [("kernel:0", dense.Kernel), ("bias:0", dense.Bias)]),
            _ => throw new ArgumentException($"A head has no layer of {layer.GetType()}.", nameof(layer)),
        };
        var present = weights.Where(weight => weight.Item2 is not null).ToArray();
        var inner = new H5Group();
        foreach (var (name, tensor) in present)
            inner[name] = new H5Dataset(tensor!.Values.ToArray(), fileDims: [.. tensor.Dimensions.Select(size => (ulong)size)]);
        foreach (var name in path.Reverse())
            inner = new H5Group { [name] = inner };
        inner.Attributes["weight_names"] = present.Select(weight => string.Join('/', [.. path, weight.Item1])).ToArray();
        return inner;
    }
}
