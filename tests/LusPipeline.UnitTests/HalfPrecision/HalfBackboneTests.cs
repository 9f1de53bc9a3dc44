using System.Numerics.Tensors;
using LusPipeline.Buckets.Npy;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.HalfPrecision;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.HalfPrecision;

public sealed class HalfBackboneTests : IDisposable
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_bundle_gets_a_half_variant_near_the_float_one()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);
        var single = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));

        var summary = HalfBackbone.Write(single, Frames(4), _scratch["half.onnx"], Cancellation);
        var extended = BundleWriter.WithVariant(bundle, BundleVariant.Fp16, _scratch["half.onnx"], _scratch["extended"]);
        var comparison = HalfComparison.Measure(single, _scratch["half.onnx"], [.. Frames(8, seed: 2)], _scratch.Path, Cancellation);

        Assert.Equal((2, 0), (summary.HalfNodes, summary.TooLargeNodes));
        Assert.Equal("float16", extended.Backbone(BundleVariant.Fp16).Weights);
        Assert.Equal(8, comparison.Frames);
        Assert.InRange(comparison.MeanCosine, 0.99999, 1.000001);
        Assert.InRange(comparison.WorstRelativeError, 1e-6, 2e-3);
        using var backbone = OnnxBackbone.Open(extended, BundleVariant.Fp16, new InferenceOptions());
        var features = new float[TinyBundle.Features];
        await backbone.ExtractAsync(Frames(1).Single(), 1, features, Cancellation);
        Assert.True(TensorPrimitives.IsFiniteAll<float>(features));
    }

    [Fact]
    public void Averages_stay_in_float32_and_preprocessing_too()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);
        HalfBackbone.Write(bundle.PathOf(bundle.Backbone(BundleVariant.Fp32)), Frames(2), _scratch["half.onnx"], Cancellation);
        var graph = Parse(_scratch["half.onnx"]).Graph;

        string Before(string operation) => graph.Node.Single(node => node.OpType == operation).Input[0];
        NodeProto Maker(string value) => graph.Node.Single(node => node.Output.Contains(value));

        Assert.Equal(("Cast", "Transpose"), (Maker(Before("Conv")).OpType, Maker(Maker(Before("Conv")).Input[0]).OpType));
        Assert.Equal("Conv", Maker(Before("Relu")).OpType);
        Assert.Equal(("Cast", "Relu"), (Maker(Before("GlobalAveragePool")).OpType, Maker(Maker(Before("GlobalAveragePool")).Input[0]).OpType));
        Assert.Equal((int)DataType.Float16, graph.Initializer.Single(tensor => tensor.Dims.Count == 4).DataType);
    }

    [Fact]
    public void The_same_frames_give_the_same_bytes()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);
        var single = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));

        HalfBackbone.Write(single, Frames(2), _scratch["one.onnx"], Cancellation);
        HalfBackbone.Write(single, Frames(2), _scratch["two.onnx"], Cancellation);

        Assert.Equal(File.ReadAllBytes(_scratch["one.onnx"]), File.ReadAllBytes(_scratch["two.onnx"]));
    }

    /// <summary>One pixel through three products with a rounding after each, computed here once more.</summary>
    [Fact]
    public void The_measuring_run_rounds_after_every_node_as_the_device_does()
    {
        const float scale = 1 / 255f, first = 1.2345678f, second = 0.7654321f, added = 0.33333333f;
        var graph = new GraphBuilder("features");
        var pixels = graph.Add("Cast", "pixels", [graph.Input("frames", DataType.Uint8, "N", null, 1, 1, 3)], OnnxAttribute.Int("to", (int)DataType.Float));
        var planes = graph.Add("Transpose", "planes", [graph.Add("Mul", "scaled", [pixels, graph.Scalar("scale", scale)])], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        var one = graph.Add("Conv", "one", [planes, graph.Weight("first", new WeightTensor([first, 0, 0], 1, 3, 1, 1))]);
        var two = graph.Add("Mul", "two", [one, graph.Scalar("second", second)]);
        var three = graph.Add("Add", "three", [two, graph.Scalar("added", added)]);
        graph.Output(graph.Add("Flatten", "flat", [three]), "features", "N", null, 1);
        var single = Save(graph, "single.onnx");
        HalfBackbone.Write(single, [new byte[] { 200, 0, 0 }], _scratch["half.onnx"], Cancellation);
        using var rounding = new HalfRounding(_scratch["half.onnx"], _scratch.Path);

        for (var pixel = 1; pixel < 256; pixel++)
        {
            var expected = Rounded(Rounded(Rounded(Rounded(pixel * scale) * Rounded(first)) * Rounded(second)) + Rounded(added));

            Assert.Equal(expected, rounding.Run(new byte[] { (byte)pixel, 0, 0 })[0]);
        }

        static float Rounded(float value) => (float)(Half)value;
    }

    [Fact]
    public void Nodes_whose_values_leave_the_range_of_float16_stay_in_float32()
    {
        var single = WriteLarge("single.onnx", 3000, 1 / 3000f);

        var summary = HalfBackbone.Write(single, Frames(3), _scratch["half.onnx"], Cancellation);
        var comparison = HalfComparison.Measure(single, _scratch["half.onnx"], [.. Frames(3, seed: 5)], _scratch.Path, Cancellation);

        Assert.InRange(summary.Greatest, 65504, float.MaxValue);
        Assert.InRange(summary.TooLargeNodes, 1, 4);
        Assert.InRange(summary.HalfNodes, 1, 2);
        Assert.InRange(comparison.WorstRelativeError, 0, 2e-3);
    }

    [Fact]
    public void A_backbone_without_a_product_is_refused()
    {
        var graph = new GraphBuilder("features");
        var pixels = graph.Add("Cast", "pixels", [graph.Input("frames", DataType.Uint8, "N", null, 2, 2, 3)], OnnxAttribute.Int("to", (int)DataType.Float));
        graph.Output(graph.Add("Flatten", "flat", [pixels]), "features", "N", null, 12);

        var error = Assert.Throws<BundleException>(() => HalfBackbone.Write(Save(graph, "single.onnx"), [new byte[12]], _scratch["half.onnx"], Cancellation));

        Assert.Contains("no convolution", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_scratch["half.onnx"]));
    }

    [Fact]
    public void Without_frames_nothing_is_known_of_the_range()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);

        var error = Assert.Throws<BundleException>(() => HalfBackbone.Write(bundle.PathOf(bundle.Backbone(BundleVariant.Fp32)), [], _scratch["half.onnx"], Cancellation));

        Assert.Contains("no frame", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_backbone_in_float16_has_the_features_of_float32()
    {
        var (_, frames) = NpyFile.Read<byte>(SharedData.Require("data", "keras", "xception.input.npy"));
        var bundle = Bundle.Load(BundleCatalog.Find(null));
        var single = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var size = bundle.Height * bundle.Width * 3;
        Memory<byte>[] some = [.. new[] { 0, 7, 19 }.Select(frame => frames.AsMemory(frame * size, size))];

        var summary = HalfBackbone.Write(single, some, _scratch["half.onnx"], Cancellation);
        var comparison = HalfComparison.Measure(single, _scratch["half.onnx"], some, _scratch.Path, Cancellation);

        TestContext.Current.SendDiagnosticMessage($"{summary}; {comparison}; {new FileInfo(_scratch["half.onnx"]).Length} bytes");
        Assert.Equal(0, summary.TooLargeNodes);
        Assert.InRange(summary.Greatest, 1, 65504f / 4);
        Assert.InRange(comparison.MeanCosine, 0.9999, 1.000001);
        Assert.InRange(comparison.WorstRelativeError, 1e-5, 1e-2);
    }

    /// <summary>A convolution far beyond float16's range, a product that brings it back, and a convolution after that.</summary>
    private string WriteLarge(string name, float up, float down)
    {
        var graph = new GraphBuilder("features");
        var pixels = graph.Add("Cast", "pixels", [graph.Input("frames", DataType.Uint8, "N", null, TinyBundle.Side, TinyBundle.Side, 3)], OnnxAttribute.Int("to", (int)DataType.Float));
        var planes = graph.Add("Transpose", "planes", [pixels], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        var large = graph.Add("Conv", "large", [planes, graph.Weight("up", new WeightTensor([up, up, 0, 0, up, -up], 2, 3, 1, 1))]);
        var small = graph.Add("Mul", "small", [graph.Add("Relu", "relu", [large]), graph.Scalar("down", down / 255)]);
        var last = graph.Add("Conv", "last", [small, graph.Weight("kernel", new WeightTensor([1, 0.3f, -0.7f, 1], 2, 2, 1, 1))]);
        graph.Output(graph.Add("Flatten", "flat", [graph.Add("GlobalAveragePool", "mean", [last])]), "features", "N", null, 2);
        return Save(graph, name);
    }

    private string Save(GraphBuilder graph, string name)
    {
        using var stream = File.Create(_scratch[name]);
        graph.Write(stream, "graph", WeightStorage.Float32, []);
        return _scratch[name];
    }

    private static ModelProto Parse(string path)
    {
        using var stream = File.OpenRead(path);
        return ModelProto.Parser.ParseFrom(stream);
    }

    private static IEnumerable<Memory<byte>> Frames(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (var index = 0; index < count; index++)
        {
            var frame = new byte[FrameBytes];
            random.NextBytes(frame);
            yield return frame;
        }
    }
}
