using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Ingest;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Models.Quantization;
using LusPipeline.Storage.Npy;

namespace LusPipeline.Benchmarks;

/// <summary>What int8 costs and gains: features, speed, and the accuracy of heads over folds of other patients, against fp32 on the same frames.</summary>
internal static class Int8Benchmark
{
    private static readonly double[] Penalties = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

    /// <param name="data">The folder with <c>cross_val.json</c>.</param>
    /// <param name="videoFolder">The videos that it names.</param>
    /// <param name="model">A bundle with the variants fp32 and int8.</param>
    public static async Task MeasureAsync(string data, string videoFolder, string model)
    {
        var bundle = Bundle.Load(model);
        var folds = PatientFold.Read(Path.Combine(data, "cross_val.json"));
        using var videos = new OfflineVideos([videoFolder], new VideoLimits(), new IngestOptions(), TimeProvider.System);
        using var comparison = new VariantComparison(bundle, BundleVariant.Fp32, BundleVariant.Int8, new InferenceOptions());
        await comparison.WarmUpAsync(default);
        var (fp32, int8) = (new Dictionary<string, float[]>(StringComparer.Ordinal), new Dictionary<string, float[]>(StringComparer.Ordinal));
        using var head = bundle.HasHead ? OnnxHead.Open(bundle, new InferenceOptions()) : null;
        var (agreeing, furthest) = (0, 0.0);
        await foreach (var cut in videos.CutAsync(await videos.ListAsync(default), [ClipShape.Of(bundle)], default))
        {
            if (cut.Rejection is { } rejection)
                throw new InvalidOperationException($"{cut.Video.Key}: {rejection.Detail}");
            using var frames = NpyMap.Open(cut.Clips[0], NpyType.Of<byte>());
            var (exact, rounded) = await comparison.AddAsync(frames.Bytes, bundle.Frames, default);
            fp32[cut.Video.Key] = Mean(exact, bundle.Features);
            int8[cut.Video.Key] = Mean(rounded, bundle.Features);
            if (head is null)
                continue;
            var (of32, of8) = (head.Predict(exact), head.Predict(rounded));
            agreeing += of32.Winner == of8.Winner ? 1 : 0;
            furthest = Math.Max(furthest, Enum.GetValues<Diagnosis>().Max(diagnosis => Math.Abs(of32[diagnosis] - of8[diagnosis])));
        }

        Row($"{bundle.Name} {bundle.Id[..12]}, {fp32.Count} videos", $"{comparison.Frames} frames");
        Row("cosine of features (aim ≥ 0.96 on average)", $"{comparison.MeanCosine:0.0000} on average, {comparison.WorstCosine:0.0000} at worst");
        Row("fp32", $"{comparison.ReferenceFramesPerSecond:0.0} frames/s");
        Row("int8", $"{comparison.OtherFramesPerSecond:0.0} frames/s");
        Row("int8 over fp32 (aim ≥ 2.2)", $"{comparison.Speed:0.00} by the clock, {comparison.CpuSpeed:0.00} by CPU time");
        if (head is not null)
            Row("diagnoses of the bundle's head in int8 as in fp32", $"{agreeing} of {fp32.Count}; probabilities differ by at most {furthest:0.000}");
        var (sum32, sum8, sumMixed) = (0.0, 0.0, 0.0);
        foreach (var penalty in Penalties)
        {
            var (of32, of8, mixed) = (Accuracies(folds, fp32, fp32, penalty), Accuracies(folds, int8, int8, penalty), Accuracies(folds, fp32, int8, penalty));
            (sum32, sum8, sumMixed) = (sum32 + of32.Average(), sum8 + of8.Average(), sumMixed + mixed.Average());
            FormattableString c = $"logistic regression, C = {penalty}";
            var name = c.ToString(CultureInfo.InvariantCulture);
            Row($"{name}, fp32", $"{of32.Average():0.000} ({Folds(of32)})");
            Row($"{name}, int8", $"{of8.Average():0.000} ({Folds(of8)})");
            Row($"{name}, taught by fp32, asked in int8", $"{mixed.Average():0.000} ({Folds(mixed)})");
        }
        var heads = Penalties.Length;
        Row("mean of all, fp32", $"{sum32 / heads:0.000}");
        Row("mean of all, int8 (aim: within 0.02)", $"{sum8 / heads:0.000} ({(sum8 - sum32) / heads:+0.000;-0.000})");
        Row("mean of all, taught by fp32, asked in int8", $"{sumMixed / heads:0.000} ({(sumMixed - sum32) / heads:+0.000;-0.000})");
    }

    private static double[] Accuracies(IEnumerable<PatientFold> folds, Dictionary<string, float[]> taught, Dictionary<string, float[]> asked, double c) => [.. folds.Select(fold =>
    {
        var head = new LogisticRegression([.. fold.Train.Select(video => taught[video.Video])], [.. fold.Train.Select(video => (int)video.Label)], c);
        return fold.Test.Count(video => head.Predict(asked[video.Video]) == (int)video.Label) / (double)fold.Test.Count;
    })];

    private static string Folds(double[] accuracies) => string.Join(", ", accuracies.Select(accuracy => accuracy.ToString("0.00", CultureInfo.InvariantCulture)));

    private static float[] Mean(float[] features, int length)
    {
        var mean = new float[length];
        for (var first = 0; first < features.Length; first += length)
            System.Numerics.Tensors.TensorPrimitives.Add(mean, features.AsSpan(first, length), mean);
        System.Numerics.Tensors.TensorPrimitives.Divide(mean, features.Length / length, mean);
        return mean;
    }

    private static void Row(string what, FormattableString value) => Console.WriteLine($"| {what} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
