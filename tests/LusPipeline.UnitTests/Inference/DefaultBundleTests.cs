using System.Numerics.Tensors;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.UnitTests.Keras;

namespace LusPipeline.UnitTests.Inference;

public sealed class DefaultBundleTests
{
    /// <summary>The paper's features: the end of Xception, the first columns of the features vector.</summary>
    private const int PaperFeatures = 2048;

    /// <summary>With the layer that the bundle's own head reads.</summary>
    private const int Features = PaperFeatures + 728;

    private const long MostHeadBytes = 15_000_000;

    private static readonly string Paper = $"{BundleCatalog.DefaultName}:paper";

    [Fact]
    public void The_repository_holds_the_default_bundle()
    {
        var bundle = Bundle.Load(BundleCatalog.Find(null));

        Assert.Equal(BundleCatalog.DefaultName, bundle.Name);
        Assert.Equal((299, 299, 20, Features, true), (bundle.Height, bundle.Width, bundle.Frames, bundle.Features, bundle.HasHead));
        Assert.Equal(("float16", "int8", "float32"), (bundle.Backbone(BundleVariant.Fp32).Weights, bundle.Backbone(BundleVariant.Int8).Weights, bundle.Head.Weights));
        Assert.Equal([new("global_average_pooling2d", PaperFeatures), new("add_7", 728)], bundle.Manifest.Layers);
        Assert.InRange(new FileInfo(bundle.PathOf(bundle.Head)).Length, 1, MostHeadBytes);
        Assert.NotInRange(bundle.Threshold, 0.499, 0.501);
        Assert.All(bundle.Manifest.Licences, licence => Assert.True(File.Exists(Path.Combine(bundle.Folder, licence.File))));
        Assert.True(File.Exists(Path.Combine(bundle.Folder, bundle.Manifest.Card!)));
    }

    [Theory]
    [InlineData(BundleCatalog.DefaultName, "ee0ef17c047e231eb5f8c9f6821948479ab46cfc0faf7685e9d12472d6995a2b")]
    [InlineData(BundleCatalog.DefaultName + ":paper", "96b458b66ceca21736d517c554a2da03b6db79b48e82491477497dd4a7a3dfca")]
    public async Task This_version_has_checked_it_so_that_no_worker_need_do_it(string name, string id)
    {
        var bundle = Bundle.Load(BundleCatalog.Find(name));

        Assert.Equal(id, bundle.Id);
        Assert.True(bundle.IsChecked, $"After a change of the version or the bundle: lus models verify {name} --mark");
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
        var features = new float[20 * Features];

        await backbone.ExtractAsync(frames, 20, features, TestContext.Current.CancellationToken);

        Assert.InRange(Closeness.RelativeL2([.. Enumerable.Range(0, 20).SelectMany(frame => features[(frame * Features)..((frame * Features) + PaperFeatures)])], expected), 0, 2e-3);
    }

    [Fact]
    public async Task Its_int8_features_are_near_those_of_Keras_and_have_the_same_bits_for_all_batches_and_threads()
    {
        Assert.SkipUnless(CpuInt8.IsFast, "without VNNI and AMX int8 gives other features, so it is not used here");
        var (_, frames) = NpyFile.Read<byte>(SharedData.Require("data", "keras", "xception.input.npy"));
        var (_, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception.expected.npy"));
        var bundle = Bundle.Load(BundleCatalog.Find(null));

        var features = await Int8Async(bundle, frames, threads: 1, batch: 1);

        Assert.InRange(Enumerable.Range(0, 20).Average(frame => TensorPrimitives.CosineSimilarity(features.AsSpan(frame * Features, PaperFeatures), expected.AsSpan(frame * PaperFeatures, PaperFeatures))), 0.96f, 0.9999f);
        foreach (var (threads, batch) in new[] { (1, 1), (1, 20), (2, 3), (8, 1), (16, 4) })
            Assert.Equal(features.Select(BitConverter.SingleToUInt32Bits), (await Int8Async(bundle, frames, threads, batch)).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void It_runs_in_int8_where_the_CPU_is_fast_at_it() => Assert.Equal(
        CpuInt8.IsFast ? BundleVariant.Int8 : BundleVariant.Fp32,
        LoadedModel.Load(BundleCatalog.Find(null), null, new InferenceOptions()).Variant);

    [Fact]
    public void The_probabilities_of_the_papers_head_are_those_of_Keras()
    {
        var (shape, features) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.input.npy"));
        var (_, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.expected.npy"));
        using var head = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(Paper)), new InferenceOptions());

        for (var clip = 0; clip < shape[0]; clip++)
        {
            var found = head.Predict(Vectors(features.AsSpan(clip * 20 * PaperFeatures, 20 * PaperFeatures)));
            var keras = ClassProbabilities.From(expected.AsSpan(clip * 3, 3));
            Assert.Equal(keras.Covid, found.Covid, 1e-5);
            Assert.Equal(keras.Pneumonia, found.Pneumonia, 1e-5);
            Assert.Equal(keras.Healthy, found.Healthy, 1e-5);
        }
    }

    [Fact]
    public void The_papers_head_knows_the_videos_that_it_was_trained_on()
    {
        var (shape, features) = NpyFile.Read<float>(SharedData.Require("data", "features_20", "xception", "features-2048.npy"));
        var (_, labels) = NpyFile.Read<long>(SharedData.Require("data", "features_20", "xception", "labels.npy"));
        using var head = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(Paper)), new InferenceOptions());

        var diagnoses = Enumerable.Range(0, (int)shape[0] / 20).Select(clip => (long)head.Predict(Vectors(features.AsSpan(clip * 20 * PaperFeatures, 20 * PaperFeatures))).Winner);

        Assert.Equal(labels.Where((_, row) => row % 20 == 0), diagnoses);
    }

    [Fact]
    public void Its_own_head_says_how_it_was_trained_and_on_which_videos()
    {
        var training = Bundle.Load(BundleCatalog.Find(null)).Manifest.Training!;

        Assert.Equal((92, 41, "2048-2775"), (training.Videos.Count, training.Patients, training.Columns));
        Assert.Equal(training.Clips, training.Contents.Distinct().Count());
        var videos = File.ReadLines(SharedData.Require("data", "lus", "videos.csv")).Skip(1).Select(row => row.Split(',')[^1]);
        Assert.Equal(videos.Order(StringComparer.Ordinal), training.Videos);
    }

    /// <summary>Measured on the folds by <c>lus train fit</c>; the bars are those that the default model has to reach.</summary>
    [Theory]
    [InlineData("accuracy", 0.83, 1)]
    [InlineData("balancedAccuracy", 0.83, 1)]
    [InlineData("calibrationError", 0, 0.08)]
    [InlineData("covidSensitivityAtPoint", 0.90, 1)]
    [InlineData("covidSpecificityAtPoint", 0.85, 1)]
    public void Its_figures_of_patients_that_it_has_not_seen_reach_the_bars(string name, double least, double most)
    {
        var metric = Bundle.Load(BundleCatalog.Find(null)).Manifest.Metrics.Single(one => one.Name == name);

        Assert.InRange(metric.Value, least, most);
        Assert.Contains("5 folds", metric.How, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_features_vector_does_not_matter_to_the_papers_head_nor_its_beginning_to_the_own()
    {
        var random = new Random(3);
        var features = Enumerable.Range(0, 20 * Features).Select(_ => random.NextSingle()).ToArray();
        var (otherEnd, otherBeginning) = (features.ToArray(), features.ToArray());
        for (var frame = 0; frame < 20; frame++)
        {
            otherEnd.AsSpan((frame * Features) + PaperFeatures, 728).Fill(0.5f);
            otherBeginning.AsSpan(frame * Features, PaperFeatures).Fill(0.5f);
        }
        using var own = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(null)), new InferenceOptions());
        using var paper = OnnxHead.Open(Bundle.Load(BundleCatalog.Find(Paper)), new InferenceOptions());

        Assert.Equal(paper.Predict(features), paper.Predict(otherEnd));
        Assert.NotEqual(own.Predict(features), own.Predict(otherEnd));
        Assert.Equal(own.Predict(features), own.Predict(otherBeginning));
        Assert.NotEqual(paper.Predict(features), paper.Predict(otherBeginning));
    }

    /// <summary>The features vectors of frames of which the paper's features are known.</summary>
    private static float[] Vectors(ReadOnlySpan<float> paper)
    {
        var vectors = new float[paper.Length / PaperFeatures * Features];
        for (var frame = 0; frame < paper.Length / PaperFeatures; frame++)
            paper.Slice(frame * PaperFeatures, PaperFeatures).CopyTo(vectors.AsSpan(frame * Features));
        return vectors;
    }

    private static async Task<float[]> Int8Async(Bundle bundle, byte[] frames, int threads, int batch)
    {
        using var backbone = OnnxBackbone.Open(bundle, BundleVariant.Int8, new InferenceOptions { Threads = threads, Batch = batch });
        var features = new float[20 * Features];
        await backbone.ExtractAsync(frames, 20, features, TestContext.Current.CancellationToken);
        return features;
    }
}
