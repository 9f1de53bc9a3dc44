using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Variants.Quantization;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Quantization;

public sealed class QuantizationTests
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;

    [Fact]
    public void Every_channel_has_its_own_scale()
    {
        var weights = ChannelWeights.Quantize([1f, -2f, 0.25f, 0.5f], [1f, 0f], 0.1f);

        Assert.Equal([2f / 127, 0.5f / 127], weights.Scales);
        Assert.Equal([64, -127, 64, 127], weights.Values.Select(value => (int)value));
        Assert.Equal((int)Math.Round(1 / (0.1f * (double)(2f / 127))), weights.Bias[0]);
    }

    [Fact]
    public void A_bias_beyond_all_weights_does_not_overflow()
    {
        var weights = ChannelWeights.Quantize([1e-9f], [1000f], 1e-3f);

        Assert.Equal(1000, weights.Bias[0] * 1e-3 * weights.Scales[0], 0.1);
    }

    [Fact]
    public void A_range_holds_zero_exactly()
    {
        var range = AffineRange.Covering(-1, 3);

        Assert.Equal(64, range.ZeroPoint);
        Assert.Equal(0, AffineRange.Covering(2, 3).ZeroPoint);
    }

    [Fact]
    public void The_same_frames_give_the_same_bytes()
    {
        using var scratch = new TemporaryFolder();
        var source = TinyBundle.WriteBackbone(scratch["fp32.onnx"], deep: true);

        BackboneQuantizer.Quantize(source, Frames(4), scratch["one.onnx"], TestContext.Current.CancellationToken);
        BackboneQuantizer.Quantize(source, Frames(4), scratch["two.onnx"], TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllBytes(scratch["one.onnx"]), File.ReadAllBytes(scratch["two.onnx"]));
    }

    [Fact]
    public async Task Quantized_features_stay_near_the_float_ones()
    {
        using var scratch = new TemporaryFolder();
        var source = TinyBundle.WriteBackbone(scratch["fp32.onnx"], deep: true);
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

    [Fact]
    public void A_backbone_with_nothing_for_int8_is_named()
    {
        using var scratch = new TemporaryFolder();
        var source = TinyBundle.WriteBackbone(scratch["shallow.onnx"]);

        var error = Assert.Throws<BundleException>(() => BackboneQuantizer.Quantize(source, Frames(1), scratch["int8.onnx"], TestContext.Current.CancellationToken));

        Assert.Contains("shallow.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains("no convolution", error.Message, StringComparison.Ordinal);
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
