using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.Tests;

/// <summary>A bundle of a few kilobytes whose results depend on every frame: a convolution and a mean as the backbone, a mean and a dense layer as the head.</summary>
internal static class TinyBundle
{
    public const int Side = 32;
    public const int Features = 8;

    /// <param name="folder">A folder that does not exist yet.</param>
    /// <param name="seed">Other seeds are other models.</param>
    /// <param name="deep">With a second convolution, which int8 can compute.</param>
    /// <param name="marked">Whether the manifest says that this version has checked the bundle, so that nobody tries it again.</param>
    /// <param name="white">What a frame does that is white all over; the features of all others do not depend on it.</param>
    public static Bundle Write(
        string folder, int frames = 20, int seed = 1, string name = "tiny", double threshold = 0.5, bool deep = false, WhiteFrame white = WhiteFrame.IsHarmless,
        bool marked = true)
    {
        var sources = folder + ".sources";
        Directory.CreateDirectory(sources);
        try
        {
            var bundle = BundleWriter.Write(folder, new BundleContents
            {
                Name = name,
                Version = "1",
                Preprocess = "none",
                Frames = frames,
                Threshold = threshold,
                Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = WriteBackbone(Path.Combine(sources, "backbone.onnx"), seed, deep: deep, white: white) },
                Head = WriteHead(Path.Combine(sources, "head.onnx"), frames, seed),
            });
            return marked ? BundleWriter.MarkChecked(bundle) : bundle;
        }
        finally
        {
            Directory.Delete(sources, recursive: true);
        }
    }

    public static string WriteBackbone(
        string path, int seed = 1, string input = "frames", int side = Side, bool deep = false, WhiteFrame white = WhiteFrame.IsHarmless)
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
        var features = graph.Add("Flatten", "flat", [mean]);
        if (white == WhiteFrame.HangsTheRun)
            features = graph.Add("Add", "hanging", [features, Hang(graph, pixels)]);
        else if (white != WhiteFrame.IsHarmless)
            features = graph.Add("Add", "poisoned", [features, Poison(graph, pixels, white switch { WhiteFrame.FailsTheRun => 255, WhiteFrame.KillsTheProcess => 256, _ => 1 })]);
        graph.Output(features, "features", "N", null, Features);
        return Save(graph, path);
    }

    /// <summary>
    /// A backbone that ONNX Runtime's optimizers still make wrong. They remove the addition of 0 between Pad and MaxPool and then make the Pad a part of
    /// the MaxPool, so that its zeros are no longer greater than the values, which are all negative.
    /// </summary>
    public static string WriteMisoptimizedBackbone(string path)
    {
        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", DataType.Uint8, "N", null, Side, Side, 3);
        var pixels = graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float));
        var planes = graph.Add("Transpose", "planes", [pixels], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        var negative = graph.Add("Sub", "negative", [planes, graph.Scalar("shift", 300)]);
        var padded = graph.Add("Pad", "padded", [negative, graph.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)]);
        var same = graph.Add("Add", "same", [padded, graph.Scalar("zero", 0)]);
        var maxima = graph.Add(
            "MaxPool", "maxima", [same], OnnxAttribute.Ints("kernel_shape", 3, 3), OnnxAttribute.Ints("strides", 2, 2), OnnxAttribute.Ints("pads", 0, 0, 0, 0));
        graph.Output(graph.Add("Flatten", "flat", [graph.Add("GlobalAveragePool", "mean", [maxima])]), "features", "N", null, 3);
        return Save(graph, path);
    }

    /// <summary>A bundle of <see cref="WriteMisoptimizedBackbone"/> that nobody has checked.</summary>
    public static Bundle WriteMisoptimized(string folder, int frames = 20)
    {
        using var sources = new TemporaryFolder();
        return BundleWriter.Write(folder, new BundleContents
        {
            Name = "misoptimized",
            Version = "1",
            Preprocess = "none",
            Frames = frames,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = WriteMisoptimizedBackbone(sources["backbone.onnx"]) },
            Head = WriteHead(sources["head.onnx"], frames, features: 3),
        });
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

    /// <summary>
    /// 0 for most frames: the least integer, divided by the frame's darkest value less a number, times 0. ONNX Runtime refuses to divide it by 0; by -1 it
    /// does, and an x86 processor does not. So 255 makes a white frame fail, 256 makes it kill the process, and with 1 a black frame does.
    /// </summary>
    private static string Poison(GraphBuilder graph, string pixels, int subtracted)
    {
        var darkest = graph.Add("ReduceMin", "darkest", [pixels], OnnxAttribute.Ints("axes", 1, 2, 3), OnnxAttribute.Int("keepdims", 1));
        var difference = graph.Add("Sub", "difference", [graph.Add("Flatten", "flat_darkest", [darkest]), graph.Scalar("white", subtracted)]);
        var divisor = graph.Add("Cast", "divisor", [difference], OnnxAttribute.Int("to", (int)DataType.Int64));
        var quotient = graph.Add("Div", "quotient", [graph.Integer("least", long.MinValue), divisor]);
        return graph.Add("Mul", "poison", [graph.Add("Cast", "survived", [quotient], OnnxAttribute.Int("to", (int)DataType.Float)), graph.Scalar("zero", 0)]);
    }

    /// <summary>0, after a loop of as many rounds as one of the frames is white: none, or more than anybody waits for.</summary>
    private static string Hang(GraphBuilder graph, string pixels)
    {
        var darkest = graph.Add("ReduceMin", "darkest", [pixels], OnnxAttribute.Ints("axes", 1, 2, 3), OnnxAttribute.Int("keepdims", 0));
        var white = graph.Add("Relu", "white", [graph.Add("Sub", "above", [darkest, graph.Scalar("grey", 254)])]);
        var any = graph.Add("ReduceMax", "any", [white], OnnxAttribute.Int("keepdims", 0));
        var rounds = graph.Add("Cast", "rounds", [graph.Add("Mul", "many", [any, graph.Scalar("years", 1e18f)])], OnnxAttribute.Int("to", (int)DataType.Int64));
        var body = new GraphProto { Name = "round" };
        body.Input.AddRange([Scalar("round", DataType.Int64), Scalar("on", DataType.Bool), Scalar("before", DataType.Float)]);
        body.Output.AddRange([Scalar("on_again", DataType.Bool), Scalar("after", DataType.Float)]);
        body.Node.Add(new NodeProto { OpType = "Identity", Input = { "on" }, Output = { "on_again" } });
        body.Node.Add(new NodeProto { OpType = "Add", Input = { "before", "before" }, Output = { "after" } });
        return graph.Add(
            "Loop", "looped", [rounds, "", graph.Scalar("nothing", 0)], new AttributeProto { Name = "body", G = body, Type = AttributeProto.Types.AttributeType.Graph });

        static ValueInfoProto Scalar(string name, DataType type) => new()
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() } },
        };
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
