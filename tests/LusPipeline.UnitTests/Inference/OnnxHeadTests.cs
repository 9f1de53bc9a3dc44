using LusPipeline.Core.Outcomes;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Inference;

public sealed class OnnxHeadTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Probabilities_follow_the_features_and_add_up_to_one()
    {
        using var head = OnnxHead.Open(TinyBundle.Write(_scratch["tiny"], frames: 4), new InferenceOptions());

        var first = head.Predict(Features(1, 4));
        var again = head.Predict(Features(1, 4));
        var other = head.Predict(Features(2, 4));

        Assert.Equal(1, first.Covid + first.Pneumonia + first.Healthy, 1e-6);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Features_that_are_not_numbers_fail_the_clip_and_not_the_process()
    {
        using var head = OnnxHead.Open(TinyBundle.Write(_scratch["tiny"], frames: 4), new InferenceOptions());
        var features = Features(1, 4);
        features[5] = float.NaN;

        Assert.Equal(ReasonCode.Crashed, Assert.Throws<TransientException>(() => head.Predict(features)).Reason);
    }

    [Fact]
    public void A_wrong_number_of_features_is_refused()
    {
        using var head = OnnxHead.Open(TinyBundle.Write(_scratch["tiny"], frames: 4), new InferenceOptions());

        Assert.Throws<ArgumentException>(() => head.Predict(Features(1, 3)));
    }

    [Fact]
    public void A_bundle_without_a_head_says_so()
    {
        var bundle = BundleWriter.Write(_scratch["headless"], new BundleContents
        {
            Name = "headless",
            Version = "1",
            Preprocess = "none",
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = TinyBundle.WriteBackbone(_scratch["backbone.onnx"]) },
        });

        Assert.False(bundle.HasHead);
        Assert.Contains("--head", Assert.Throws<BundleException>(() => OnnxHead.Open(bundle, new InferenceOptions())).Message, StringComparison.Ordinal);
    }

    private static float[] Features(int seed, int frames)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, frames * TinyBundle.Features).Select(_ => random.NextSingle())];
    }
}
