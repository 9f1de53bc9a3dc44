using System.Numerics.Tensors;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.UnitTests.Keras;

namespace LusPipeline.UnitTests.Inference;

public sealed class DefaultBundleTests
{
    [Fact]
    public void The_repository_holds_the_default_bundle()
    {
        var bundle = Bundle.Load(BundleCatalog.Find(null));

        Assert.Equal(BundleCatalog.DefaultName, bundle.Name);
        Assert.Equal((299, 299, 20, 2048, true), (bundle.Height, bundle.Width, bundle.Frames, bundle.Features, bundle.HasHead));
        Assert.Equal(("float16", "int8", "float16"), (bundle.Backbone(BundleVariant.Fp32).Weights, bundle.Backbone(BundleVariant.Int8).Weights, bundle.Head.Weights));
        Assert.All(bundle.Manifest.Licences, licence => Assert.True(File.Exists(Path.Combine(bundle.Folder, licence.File))));
        Assert.True(File.Exists(Path.Combine(bundle.Folder, bundle.Manifest.Card!)));
    }

    [Fact]
    public async Task This_version_has_checked_it_so_that_no_worker_need_do_it()
    {
        var bundle = Bundle.Load(BundleCatalog.Find(null));

        Assert.Equal("0fd19d77adbaaff88c9dc1d13282b2f85a1e79ae9fb4fa06990ded6aa8fc210a", bundle.Id);
        Assert.True(bundle.IsChecked, $"After a change of the version or the bundle: lus models verify {BundleCatalog.DefaultName} --mark");
        var trial = await TrialRun.RunAsync(bundle, TestContext.Current.CancellationToken);
        Assert.Equal(bundle.Variants, trial.Comparisons.Select(one => one.Variant));
        Assert.Equal(CpuInt8.IsFast, trial.Whole);
    }

    [Fact]
    public async Task Its_features_are_those_of_Keras_within_the_rounding_of_float16()
    {
        var (_, frames) = NpyFile.Read<byte>(SharedData.Require("data", "keras", "xception.input.npy"));
        var (_, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception.expected.npy"));
        var bundle = Bundle.Load(BundleCatalog.Find(null));
        using var backbone = OnnxBackbone.Open(bundle, BundleVariant.Fp32, new InferenceOptions());
        var features = new float[expected.Length];

        await backbone.ExtractAsync(frames, 20, features, TestContext.Current.CancellationToken);

        Assert.InRange(Closeness.RelativeL2(features, expected), 0, 2e-3);
    }

    [Fact]
    public async Task Its_int8_features_are_near_those_of_Keras_and_have_the_same_bits_for_all_batches_and_threads()
    {
        Assert.SkipUnless(CpuInt8.IsFast, "without VNNI and AMX int8 gives other features, so it is not used here");
        var (_, frames) = NpyFile.Read<byte>(SharedData.Require("data", "keras", "xception.input.npy"));
        var (_, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception.expected.npy"));
        var bundle = Bundle.Load(BundleCatalog.Find(null));

        var features = await Int8Async(bundle, frames, threads: 1, batch: 1);

        Assert.InRange(Enumerable.Range(0, 20).Average(frame => TensorPrimitives.CosineSimilarity(features.AsSpan(frame * 2048, 2048), expected.AsSpan(frame * 2048, 2048))), 0.96f, 0.9999f);
        foreach (var (threads, batch) in new[] { (1, 1), (1, 20), (2, 3), (8, 1), (16, 4) })
            Assert.Equal(features.Select(BitConverter.SingleToUInt32Bits), (await Int8Async(bundle, frames, threads, batch)).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void It_runs_in_int8_where_the_CPU_is_fast_at_it() => Assert.Equal(
        CpuInt8.IsFast ? BundleVariant.Int8 : BundleVariant.Fp32,
        LoadedModel.Load(BundleCatalog.Find(null), null, new InferenceOptions()).Variant);

    [Fact]
    public void Its_probabilities_are_those_of_Keras()
    {
        var (shape, features) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.input.npy"));
        var (_, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.expected.npy"));
        using var head = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(null)), new InferenceOptions());

        for (var clip = 0; clip < shape[0]; clip++)
        {
            var found = head.Predict(features.AsSpan(clip * 20 * 2048, 20 * 2048));
            var keras = ClassProbabilities.From(expected.AsSpan(clip * 3, 3));
            Assert.Equal(keras.Covid, found.Covid, 1e-5);
            Assert.Equal(keras.Pneumonia, found.Pneumonia, 1e-5);
            Assert.Equal(keras.Healthy, found.Healthy, 1e-5);
        }
    }

    [Fact]
    public void It_knows_the_videos_that_its_head_was_trained_on()
    {
        var (shape, features) = NpyFile.Read<float>(SharedData.Require("data", "features_20", "xception", "features-2048.npy"));
        var (_, labels) = NpyFile.Read<long>(SharedData.Require("data", "features_20", "xception", "labels.npy"));
        using var head = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(null)), new InferenceOptions());

        var diagnoses = Enumerable.Range(0, (int)shape[0] / 20).Select(clip => (long)head.Predict(features.AsSpan(clip * 20 * 2048, 20 * 2048)).Winner);

        Assert.Equal(labels.Where((_, row) => row % 20 == 0), diagnoses);
    }

    private static async Task<float[]> Int8Async(Bundle bundle, byte[] frames, int threads, int batch)
    {
        using var backbone = OnnxBackbone.Open(bundle, BundleVariant.Int8, new InferenceOptions { Threads = threads, Batch = batch });
        var features = new float[20 * 2048];
        await backbone.ExtractAsync(frames, 20, features, TestContext.Current.CancellationToken);
        return features;
    }
}
