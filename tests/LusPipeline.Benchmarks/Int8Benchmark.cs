using System.Globalization;
using System.Numerics.Tensors;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.Benchmarks;

/// <summary>What int8 costs and gains: features, speed, and the accuracy of heads over folds of other patients, against fp32 on the same frames.</summary>
internal static class Int8Benchmark
{
    /// <param name="data">The folder with <c>cross_val.json</c>.</param>
    /// <param name="videoFolder">The videos that it names.</param>
    /// <param name="model">A bundle with the variants fp32 and int8.</param>
    /// <param name="set">A feature set of the same videos that stands for fp32, which then is not computed: quicker, and without speeds. Null to compute both.</param>
    public static async Task MeasureAsync(string data, string videoFolder, string model, string? set)
    {
        var bundle = Bundle.Load(model);
        var folds = PatientFold.Read(Path.Combine(data, "cross_val.json"));
        using var videos = new OfflineVideos([videoFolder], new VideoLimits(), new IngestOptions(), new MediaOptions(), TimeProvider.System);
        if (set is not null && FeatureSet.Read(set).FeatureLength is var width && width != bundle.Features)
            throw new InvalidOperationException($"'{set}' has {width} features a frame, and {bundle.Name} gives {bundle.Features}. Make the set with that bundle: lus features --variant fp32.");
        var (fp32, int8) = set is null ? await BothAsync(videos, bundle) : (Read(set), await Int8Async(videos, bundle));

        Row($"{bundle.Name} {bundle.Id[..12]}, videos", $"{int8.Count}");
        var cosines = int8.SelectMany(clip => Cosines(fp32[clip.Key], clip.Value, bundle.Features)).ToList();
        Row("cosine of features (aim ≥ 0.96 on average)", $"{cosines.Average():0.0000} on average, {cosines.Min():0.0000} at worst");
        if (bundle.HasHead)
            CompareHead(bundle, fp32, int8);
        FoldAccuracy.Compare(folds, Means(fp32, bundle.Features), Means(int8, bundle.Features));
    }

    private static async Task<(Dictionary<string, float[]> Fp32, Dictionary<string, float[]> Int8)> BothAsync(OfflineVideos videos, Bundle bundle)
    {
        var (fp32, int8) = (new Dictionary<string, float[]>(StringComparer.Ordinal), new Dictionary<string, float[]>(StringComparer.Ordinal));
        using var comparison = new VariantComparison(bundle, BundleVariant.Fp32, BundleVariant.Int8, new InferenceOptions());
        await comparison.WarmUpAsync(default);
        await ForEachAsync(videos, bundle, async (key, frames) => (fp32[key], int8[key]) = await comparison.AddAsync(frames, bundle.Frames, default));
        Row("fp32", $"{comparison.ReferenceFramesPerSecond:0.0} frames/s");
        Row("int8", $"{comparison.OtherFramesPerSecond:0.0} frames/s");
        Row("int8 over fp32 (aim ≥ 2.2)", $"{comparison.Speed:0.00} by the clock, {comparison.CpuSpeed:0.00} by CPU time");
        return (fp32, int8);
    }

    private static async Task<Dictionary<string, float[]>> Int8Async(OfflineVideos videos, Bundle bundle)
    {
        var int8 = new Dictionary<string, float[]>(StringComparer.Ordinal);
        using var backbone = OnnxBackbone.Open(bundle, BundleVariant.Int8, new InferenceOptions());
        await ForEachAsync(videos, bundle, (key, frames) => backbone.ExtractAsync(frames, bundle.Frames, int8[key] = new float[bundle.Frames * bundle.Features], default));
        return int8;
    }

    private static async Task ForEachAsync(OfflineVideos videos, Bundle bundle, Func<string, ReadOnlyMemory<byte>, Task> use)
    {
        await foreach (var cut in videos.CutAsync(await videos.ListAsync(default), [ClipShape.For(bundle)], default))
        {
            if (cut.Rejection is { } rejection)
                throw new InvalidOperationException($"{cut.Video.Key}: {rejection.Detail}");
            using var frames = NpyMap.Open(cut.Clips[0], NpyType.For<byte>());
            await use(cut.Video.Key, frames.Bytes);
        }
    }

    private static Dictionary<string, float[]> Read(string folder)
    {
        var set = FeatureSet.Read(folder);
        return set.Videos.Select((video, index) => (video, index)).ToDictionary(
            entry => entry.video.Name[(entry.video.Name.IndexOf('/') + 1)..],
            entry =>
            {
                var clip = new float[set.Frames * set.FeatureLength];
                set.CopyTo(entry.index, clip);
                return clip;
            },
            StringComparer.Ordinal);
    }

    private static void CompareHead(Bundle bundle, Dictionary<string, float[]> fp32, Dictionary<string, float[]> int8)
    {
        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        var (agreeing, furthest) = (0, 0.0);
        foreach (var (video, clip) in int8)
        {
            var (of32, of8) = (head.Predict(fp32[video]), head.Predict(clip));
            agreeing += of32.Winner == of8.Winner ? 1 : 0;
            furthest = Math.Max(furthest, Enum.GetValues<Diagnosis>().Max(diagnosis => Math.Abs(of32[diagnosis] - of8[diagnosis])));
        }
        Row("diagnoses of the bundle's head in int8 as in fp32", $"{agreeing} of {int8.Count}; probabilities differ by at most {furthest:0.000}");
    }

    private static IEnumerable<float> Cosines(float[] one, float[] other, int length)
    {
        for (var first = 0; first < one.Length; first += length)
            yield return TensorPrimitives.CosineSimilarity(one.AsSpan(first, length), other.AsSpan(first, length));
    }

    private static Dictionary<string, float[]> Means(Dictionary<string, float[]> clips, int length) => clips.ToDictionary(
        clip => clip.Key,
        clip =>
        {
            var mean = new float[length];
            for (var first = 0; first < clip.Value.Length; first += length)
                TensorPrimitives.Add(mean, clip.Value.AsSpan(first, length), mean);
            TensorPrimitives.Divide(mean, clip.Value.Length / length, mean);
            return mean;
        },
        StringComparer.Ordinal);

    private static void Row(string what, FormattableString value) => Console.WriteLine($"| {what} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
