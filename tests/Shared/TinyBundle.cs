using LusPipeline.Models.Bundles;
using LusPipeline.Models.Onnx;
using static LusPipeline.Models.Onnx.TensorProto.Types;

namespace LusPipeline.Tests;

/// <summary>A bundle of a few kilobytes whose results depend on every frame: a convolution and a mean as the backbone, a mean and a dense layer as the head.</summary>
internal static class TinyBundle
{
    public const int Side = 32;
    public const int Features = 8;

    /// <param name="folder">A folder that does not exist yet.</param>
    /// <param name="seed">Other seeds are other models.</param>
    /// <param name="deep">With a second convolution, which int8 can compute.</param>
    public static Bundle Write(string folder, int frames = 20, int seed = 1, string name = "tiny", double threshold = 0.5, bool deep = false)
    {
        var sources = folder + ".sources";
        Directory.CreateDirectory(sources);
        try
        {
            return BundleWriter.Write(folder, new BundleContents
            {
                Name = name,
                Version = "1",
                Preprocess = "none",
                Frames = frames,
                Threshold = threshold,
                Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = WriteBackbone(Path.Combine(sources, "backbone.onnx"), seed, deep: deep) },
                Head = WriteHead(Path.Combine(sources, "head.onnx"), frames, seed),
            });
        }
        finally
        {
            Directory.Delete(sources, recursive: true);
        }
    }

    public static string WriteBackbone(string path, int seed = 1, string input = "frames", int side = Side, bool deep = false)
    {
        var graph = new GraphBuilder("features");
        var random = new Random(seed);
        var frames = graph.Input(input, DataType.Uint8, "N", null, side, side, 3);
        var pixels = graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float));
        var scaled = graph.Add("Mul", "scaled", [pixels, graph.Scalar("scale", 1 / 255f)]);
        var planes = graph.Add("Transpose", "planes", [scaled], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        var kernel = graph.Weight("kernel", new WeightTensor(Values(random, Features * 3 * 16), Features, 3, 4, 4));
        var convolved = graph.Add("Conv", "convolved", [planes, kernel], OnnxAttribute.Ints("kernel_shape", 4, 4), OnnxAttribute.Ints("strides", 4, 4));
        var maps = graph.Add("Relu", "relu", [convolved]);
        if (deep)
        {
            var deeper = graph.Weight("deeper_kernel", new WeightTensor(Values(random, Features * Features * 9), Features, Features, 3, 3));
            maps = graph.Add("Relu", "deeper_relu", [graph.Add("Conv", "deeper", [maps, deeper], OnnxAttribute.Ints("kernel_shape", 3, 3))]);
        }
        var mean = graph.Add("GlobalAveragePool", "mean", [maps]);
        graph.Output(graph.Add("Flatten", "flat", [mean]), "features", "N", null, Features);
        return Save(graph, path);
    }

    public static string WriteHead(string path, int frames = 20, int seed = 1, int features = Features)
    {
        var graph = new GraphBuilder("probabilities");
        var random = new Random(seed + 1);
        var input = graph.Input("features", DataType.Float, "B", null, frames, features);
        var mean = graph.Add("ReduceMean", "mean", [input], OnnxAttribute.Ints("axes", 1), OnnxAttribute.Int("keepdims", 0));
        var dense = graph.Add("Gemm", "dense", [mean, graph.Weight("weights", new WeightTensor(Values(random, features * 3), features, 3))]);
        graph.Output(graph.Add("Softmax", "softmax", [dense], OnnxAttribute.Int("axis", -1)), "probabilities", "B", null, 3);
        return Save(graph, path);
    }

    private static float[] Values(Random random, int count)
    {
        var values = new float[count];
        for (var index = 0; index < count; index++)
            values[index] = (random.NextSingle() * 4) - 2;
        return values;
    }

    private static string Save(GraphBuilder graph, string path)
    {
        using var stream = File.Create(path);
        graph.Write(stream, "tiny", WeightStorage.Float32, []);
        return path;
    }
}
