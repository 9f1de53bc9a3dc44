using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Models.Onnx;
using LusPipeline.Models.Quantization;
using static LusPipeline.Models.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Quantization;

public sealed class QuantizationTests
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;

    [Fact]
    public void Every_channel_has_its_own_scale()
    {
        var weights = ChannelWeights.Of([1f, -2f, 0.25f, 0.5f], [1f, 0f], 0.1f);

        Assert.Equal([2f / 127, 0.5f / 127], weights.Scales);
        Assert.Equal([64, -127, 64, 127], weights.Values.Select(value => (int)value));
        Assert.Equal((int)Math.Round(1 / (0.1f * (double)(2f / 127))), weights.Bias[0]);
    }

    [Fact]
    public void A_bias_beyond_all_weights_does_not_overflow()
    {
        var weights = ChannelWeights.Of([1e-9f], [1000f], 1e-3f);

        Assert.Equal(1000, weights.Bias[0] * 1e-3 * weights.Scales[0], 0.1);
    }

    [Fact]
    public void A_range_holds_zero_exactly()
    {
        var range = AffineRange.Of(-1, 3);

        Assert.Equal(64, range.ZeroPoint);
        Assert.Equal(0, AffineRange.Of(2, 3).ZeroPoint);
    }

    [Fact]
    public void The_same_frames_give_the_same_bytes()
    {
        using var scratch = new TemporaryFolder();
        var source = WriteTwoConvolutions(scratch["fp32.onnx"]);

        BackboneQuantizer.Quantize(source, Frames(4), scratch["one.onnx"], TestContext.Current.CancellationToken);
        BackboneQuantizer.Quantize(source, Frames(4), scratch["two.onnx"], TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllBytes(scratch["one.onnx"]), File.ReadAllBytes(scratch["two.onnx"]));
    }

    [Fact]
    public async Task Quantized_features_stay_near_the_float_ones()
    {
        using var scratch = new TemporaryFolder();
        var source = WriteTwoConvolutions(scratch["fp32.onnx"]);
        BackboneQuantizer.Quantize(source, Frames(16), scratch["int8.onnx"], TestContext.Current.CancellationToken);
        var bundle = BundleWriter.Write(scratch["bundle"], new BundleContents
        {
            Name = "two",
            Version = "1",
            Preprocess = "none",
            Frames = 4,
            Threshold = 0.5,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = source, [BundleVariant.Int8] = scratch["int8.onnx"] },
        });

        var exact = await ExtractAsync(bundle, BundleVariant.Fp32);
        var near = await ExtractAsync(bundle, BundleVariant.Int8);

        Assert.InRange(System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(exact, near), 0.995f, 0.999999f);
    }

    [Theory]
    [InlineData(true, BundleVariant.Int8)]
    [InlineData(false, BundleVariant.Fp32)]
    public void A_bundle_with_int8_chooses_by_the_CPU(bool fast, string expected)
    {
        using var scratch = new TemporaryFolder();
        var bundle = TinyBundle.Write(scratch["tiny"]);
        var extended = BundleWriter.WithVariant(bundle, BundleVariant.Int8, bundle.PathOf(bundle.Backbone(BundleVariant.Fp32)), scratch["more"]);

        Assert.Equal(expected, LoadedModel.BestVariant(extended, ExecutionProvider.Cpu, fast));
        Assert.Equal(BundleVariant.Fp32, LoadedModel.BestVariant(bundle, ExecutionProvider.Cpu, fast));
        Assert.NotEqual(bundle.Id, extended.Id);
    }

    /// <summary>The first convolution stays float, the second is quantized.</summary>
    private static string WriteTwoConvolutions(string path)
    {
        var graph = new GraphBuilder();
        var random = new Random(3);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
        var frames = graph.Input("frames", DataType.Uint8, "N", null, TinyBundle.Side, TinyBundle.Side, 3);
        var pixels = graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float));
        var scaled = graph.Add("Mul", "scaled", [pixels, graph.Scalar("scale", 1 / 255f)]);
        var planes = graph.Add("Transpose", "planes", [scaled], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        var first = graph.Add(
            "Conv", "first", [planes, graph.Weight("first_kernel", new WeightTensor(Values(8 * 3 * 16), 8, 3, 4, 4))],
            OnnxAttribute.Ints("kernel_shape", 4, 4), OnnxAttribute.Ints("strides", 4, 4));
        var second = graph.Add(
            "Conv", "second", [graph.Add("Relu", "first_relu", [first]), graph.Weight("second_kernel", new WeightTensor(Values(16 * 8 * 9), 16, 8, 3, 3))],
            OnnxAttribute.Ints("kernel_shape", 3, 3));
        var mean = graph.Add("GlobalAveragePool", "mean", [graph.Add("Relu", "second_relu", [second])]);
        graph.Output(graph.Add("Flatten", "flat", [mean]), "features", "N", null, 16);
        using var stream = File.Create(path);
        graph.Write(stream, "two", WeightStorage.Float32, []);
        return path;
    }

    private static async Task<float[]> ExtractAsync(Bundle bundle, string variant)
    {
        using var backbone = OnnxBackbone.Open(bundle, variant, new InferenceOptions { Threads = 1 });
        var frames = Frames(4).SelectMany(frame => frame.ToArray()).ToArray();
        var features = new float[4 * bundle.Features];
        await backbone.ExtractAsync(frames, 4, features, TestContext.Current.CancellationToken);
        return features;
    }

    private static IEnumerable<Memory<byte>> Frames(int count)
    {
        var random = new Random(7);
        for (var index = 0; index < count; index++)
        {
            var frame = new byte[FrameBytes];
            random.NextBytes(frame);
            yield return frame;
        }
    }
}
