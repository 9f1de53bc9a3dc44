using System.Numerics.Tensors;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Offline;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Layers;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Layers;

/// <summary>The tiny bundle with a second convolution: its features are <c>flat</c>, and <c>relu</c> is the layer of pictures before that convolution.</summary>
public sealed class LayeredBundleTests : IDisposable
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;
    private const int Width = TinyBundle.Features;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_added_layer_follows_the_features_and_is_the_mean_of_its_pictures()
    {
        var before = TinyBundle.Write(_folder["before"], deep: true);
        // Without the second convolution, the features are the means of relu.
        var shallow = TinyBundle.Write(_folder["shallow"]);

        var layered = LayeredBundle.Append(before, ["relu"], _folder["layered"]);

        Assert.Equal([new("flat", Width), new("relu", Width)], layered.Manifest.Layers);
        var features = await ExtractAsync(layered);
        AssertColumns(await ExtractAsync(before), features, 0);
        AssertColumns(await ExtractAsync(shallow), features, Width);
    }

    [Fact]
    public async Task The_head_predicts_as_before()
    {
        var before = TinyBundle.Write(_folder["before"], deep: true);

        var layered = LayeredBundle.Append(before, ["relu"], _folder["layered"]);
        var further = LayeredBundle.Append(layered, ["planes"], _folder["further"]);

        var expected = await PredictAsync(before);
        Assert.Equal(expected, await PredictAsync(layered));
        Assert.Equal([new("flat", Width), new("relu", Width), new("planes", 3)], further.Manifest.Layers);
        Assert.Equal(expected, await PredictAsync(further));
    }

    [Fact]
    public async Task Further_heads_read_what_they_read_before_and_a_slim_bundle_has_none()
    {
        var before = TinyBundle.Write(_folder["before"], deep: true);
        var both = BundleWriter.Write(_folder["both"], BundleContents.Of(before).WithHeadOf(before, before, "paper"));

        var layered = LayeredBundle.Append(both, ["relu"], _folder["layered"]);
        var slim = LayeredBundle.Slim(layered, _folder["slim"]);

        var expected = await PredictAsync(before);
        Assert.Equal(expected, await PredictAsync(Bundle.Load($"{layered.Folder}:paper")));
        Assert.Equal(expected, await PredictAsync(slim));
        Assert.Empty(slim.Manifest.Heads);
        Assert.Equal((false, true), (LayeredBundle.HeadReadsAll(layered), LayeredBundle.HeadReadsAll(slim)));
    }

    [Fact]
    public async Task A_slim_bundle_computes_the_layer_of_its_head_alone_and_predicts_the_same()
    {
        var full = WithHeadOnRelu();

        var slim = LayeredBundle.Slim(full, _folder["slim"]);

        Assert.Equal([new("relu", Width)], slim.Manifest.Layers);
        Assert.Equal(Width, slim.Features);
        var nodes = OnnxFile.Read(slim.PathOf(slim.Backbone(BundleVariant.Fp32))).Graph.Node.Select(node => node.Name).ToList();
        Assert.Contains("relu", nodes);
        Assert.DoesNotContain("deeper", nodes);
        Assert.Equal(await PredictAsync(full), await PredictAsync(slim));
    }

    [Fact]
    public async Task The_layers_of_an_int8_variant_are_near_the_float_ones()
    {
        var layered = LayeredBundle.Append(TinyBundle.Write(_folder["before"], deep: true), ["relu"], _folder["layered"]);
        var fp32 = layered.PathOf(layered.Backbone(BundleVariant.Fp32));
        BackboneQuantizer.Quantize(fp32, [.. Enumerable.Range(0, 16).Select(seed => (Memory<byte>)Frame(seed))], _folder["int8.onnx"], Cancellation);
        var both = BundleWriter.WithVariant(layered, BundleVariant.Int8, _folder["int8.onnx"], _folder["both"]);
        // The same layer, added to a graph that is quantized already.
        var later = TinyBundle.Write(_folder["later"], deep: true);
        BackboneQuantizer.Quantize(
            later.PathOf(later.Backbone(BundleVariant.Fp32)), [.. Enumerable.Range(0, 16).Select(seed => (Memory<byte>)Frame(seed))], _folder["later.onnx"], Cancellation);
        later = LayeredBundle.Append(BundleWriter.WithVariant(later, BundleVariant.Int8, _folder["later.onnx"], _folder["later8"]), ["relu"], _folder["laterboth"]);

        var exact = await ExtractAsync(both);
        var near = await ExtractAsync(both, BundleVariant.Int8);
        var alsoNear = await ExtractAsync(later, BundleVariant.Int8);
        Assert.InRange(TensorPrimitives.CosineSimilarity(exact, near), 0.995f, 0.999999f);
        Assert.InRange(TensorPrimitives.CosineSimilarity(exact, alsoNear), 0.995f, 0.999999f);
        Assert.Equal([new("flat", Width), new("relu", Width)], later.Manifest.Layers);
    }

    [Fact]
    public void Layers_that_cannot_be_added_or_left_out_are_named()
    {
        var before = TinyBundle.Write(_folder["before"], deep: true);
        var layered = LayeredBundle.Append(before, ["relu"], _folder["layered"]);

        Assert.Contains("no layer 'nowhere' before its features; its last layers are", Fault(() => LayeredBundle.Append(before, ["nowhere"], _folder["a"])), StringComparison.Ordinal);
        Assert.Contains("have the layer 'relu' already", WhyNot(layered, "relu"), StringComparison.Ordinal);
        Assert.Contains("reads all its features", Fault(() => LayeredBundle.Slim(before, _folder["c"])), StringComparison.Ordinal);
        Assert.Contains("'kernel'", Fault(() => LayeredBundle.Append(before, ["kernel"], _folder["d"])), StringComparison.Ordinal);
        Assert.Equal(["before", "layered"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());

        string WhyNot(Bundle bundle, string layer) => Fault(() => LayeredBundle.Append(bundle, [layer], _folder["b"]));
    }

    [Fact]
    public void A_feature_set_takes_the_columns_of_the_layers_that_are_named()
    {
        var layered = LayeredBundle.Append(TinyBundle.Write(_folder["before"], frames: 2, deep: true), ["planes"], _folder["layered"]);
        float[] features = [.. Enumerable.Range(0, 2 * (Width + 3)).Select(value => (float)value)];

        Assert.Equal([8, 9, 10, 19, 20, 21], new LayerColumns(layered, ["planes"]).Of(features).ToArray());
        Assert.Equal(features, new LayerColumns(layered, []).Of(features).ToArray());
        Assert.Equal([8, 9, 10, 0, 1, 2], new LayerColumns(layered, ["planes", "flat"]).Of(features)[..6].ToArray());
        Assert.Contains("gives no layer 'relu'; it has 'flat', 'planes'", Assert.Throws<FeatureSetException>(() => new LayerColumns(layered, ["relu"])).Message, StringComparison.Ordinal);
    }

    private Bundle WithHeadOnRelu()
    {
        var layered = LayeredBundle.Append(TinyBundle.Write(_folder["before"], deep: true), ["relu"], _folder["layered"]);
        var head = TinyBundle.WriteHead(_folder["head.onnx"]);
        HeadColumns.Move(head, Width, 2 * Width, column => Width + column, _folder["moved.onnx"]);
        Assert.Equal([new(Width, 2 * Width)], HeadColumns.Read(_folder["moved.onnx"], 2 * Width));
        return BundleWriter.Write(_folder["full"], BundleContents.Of(layered) with { Head = _folder["moved.onnx"] });
    }

    private static async Task<float[]> ExtractAsync(Bundle bundle, string variant = BundleVariant.Fp32)
    {
        using var backbone = OnnxBackbone.Open(bundle, variant, new InferenceOptions { Threads = 1 });
        var features = new float[bundle.Frames * bundle.Features];
        await backbone.ExtractAsync(Enumerable.Range(0, bundle.Frames).SelectMany(Frame).ToArray(), bundle.Frames, features, Cancellation);
        return features;
    }

    private static async Task<ClassProbabilities> PredictAsync(Bundle bundle)
    {
        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        return head.Predict(await ExtractAsync(bundle));
    }

    private static void AssertColumns(float[] expected, float[] features, int from)
    {
        for (var frame = 0; frame < expected.Length / Width; frame++)
            Assert.Equal(expected[(frame * Width)..((frame + 1) * Width)], features[((frame * 2 * Width) + from)..((frame * 2 * Width) + from + Width)]);
    }

    private static string Fault(Func<Bundle> make) => Assert.Throws<BundleException>(make).Message;

    private static byte[] Frame(int seed)
    {
        var frame = new byte[FrameBytes];
        new Random(seed).NextBytes(frame);
        return frame;
    }
}
