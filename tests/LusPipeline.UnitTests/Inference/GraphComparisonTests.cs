using LusPipeline.Core.Outcomes;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Inference;

public sealed class GraphComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bundle_that_nobody_has_checked_is_compared_with_its_graph_when_it_is_opened()
    {
        var bundle = TinyBundle.WriteMisoptimized(_folder["wrong"]);

        var error = Assert.Throws<BundleException>(() => Open(bundle));

        Assert.Contains("backbone.fp32.onnx", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"difference of the features is \d\.\de-1, at most 1e-3", error.Message);
    }

    [Fact]
    public void A_bundle_that_this_version_has_checked_opens_without_a_comparison_and_keeps_its_id()
    {
        var bundle = TinyBundle.WriteMisoptimized(_folder["wrong"]);
        Assert.False(bundle.IsChecked);

        var marked = BundleWriter.MarkChecked(bundle);

        Assert.True(marked.IsChecked);
        Assert.Equal(bundle.Id, marked.Id);
        Assert.Equal(["backbone.fp32.onnx", "head.onnx", "manifest.json"], Directory.GetFiles(bundle.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Open(marked).Dispose();
    }

    [Theory]
    [InlineData("0.0.9", null)]
    [InlineData(null, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_check_by_another_version_or_of_another_bundle_counts_for_nothing(string? version, string? id)
    {
        var bundle = BundleWriter.MarkChecked(TinyBundle.WriteMisoptimized(_folder["wrong"]));
        var manifest = Path.Combine(bundle.Folder, BundleManifest.FileName);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(manifest))!;
        json["checked"]!["lus"] = version ?? json["checked"]!["lus"]!.GetValue<string>();
        json["checked"]!["id"] = id ?? bundle.Id;
        File.WriteAllText(manifest, json.ToJsonString());

        Assert.Throws<BundleException>(() => Open(Bundle.Load(bundle.Folder)));
    }

    [Theory]
    [InlineData(BundleVariant.Fp32, 1.0005f, true)]
    [InlineData(BundleVariant.Fp32, 1.002f, false)]
    [InlineData(BundleVariant.Fp16, 1.002f, true)]
    [InlineData(BundleVariant.Int8, 1.002f, true)]
    [InlineData(BundleVariant.Fp16, -1, false)]
    [InlineData(BundleVariant.Int8, -1, false)]
    [InlineData(BundleVariant.Fp32, float.NaN, false)]
    public async Task Features_may_differ_by_what_their_variant_allows(string variant, float factor, bool allowed)
    {
        var bundle = TinyBundle.Write(_folder["tiny"]);
        if (variant != BundleVariant.Fp32)
            bundle = BundleWriter.WithVariant(bundle, variant, bundle.PathOf(bundle.Backbone(BundleVariant.Fp32)), _folder["more"]);
        using var backbone = new ScaledBackbone(OnnxBackbone.Open(bundle, variant, new InferenceOptions()), factor);

        Task<string> Compare() => GraphComparison.RunAsync(bundle, variant, backbone, new InferenceOptions(), 2, TestContext.Current.CancellationToken);

        if (allowed)
            Assert.NotEmpty(await Compare());
        else
            await Assert.ThrowsAsync<BundleException>(Compare);
    }

    [Fact]
    public async Task Models_of_a_set_are_compared_when_they_are_opened()
    {
        var bundle = TinyBundle.WriteMisoptimized(_folder["wrong"]);
        using var models = new ModelSet([bundle], new InferenceOptions());

        var error = await Assert.ThrowsAsync<BrokenEngineException>(() => models.BackboneAsync(bundle.Id, BundleVariant.Fp32));

        Assert.Contains("at most 1e-3", error.Message, StringComparison.Ordinal);
    }

    private static OnnxBackbone Open(Bundle bundle) => CheckedBackbone.Open(bundle, BundleVariant.Fp32, new InferenceOptions());

    /// <summary>Multiplies the features.</summary>
    private sealed class ScaledBackbone(OnnxBackbone backbone, float factor) : IBackbone
    {
        public int Height => backbone.Height;
        public int Width => backbone.Width;
        public int FeatureLength => backbone.FeatureLength;

        public async Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
        {
            await backbone.ExtractAsync(frames, frameCount, features, cancellation);
            foreach (ref var feature in features.Span)
                feature *= factor;
        }

        public void Dispose() => backbone.Dispose();
    }
}
