using System.Globalization;
using System.Numerics.Tensors;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Hosting.Offline;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Benchmarks;

/// <summary>Our own features of all videos, by Keras' weights in float32, against those that Keras gave.</summary>
internal static class FeaturesBenchmark
{
    public static async Task MeasureAsync(string data, string videoFolder)
    {
        var scratch = Directory.CreateTempSubdirectory("lus-bench-").FullName;
        try
        {
            var expected = FeatureSet.Read(Path.Combine(data, "features_20", "xception"));
            var bundle = Import(Path.Combine(data, "keras", "xception_weights_tf_dim_ordering_tf_kernels_notop.h5"), scratch);
            var labels = expected.Videos.ToDictionary(video => video.Name[(video.Name.IndexOf('/') + 1)..], video => video.Label);
            var request = new FeatureSetRequest
            {
                Paths = [videoFolder],
                Model = bundle,
                Out = Path.Combine(scratch, "set"),
                Label = key => labels.TryGetValue(key, out var label) ? label : null,
            };
            var report = await new FeatureSetExtraction(request, (_, _) => { }, TimeProvider.System).RunAsync(default);
            var actual = FeatureSet.Read(request.Out);

            Row("videos in both sets", $"{actual.Videos.Intersect(expected.Videos).Count()} of {expected.Videos.Count}; left out {report.LeftOut.Count}");
            Row("time, frames/s", $"{report.Elapsed.TotalSeconds:0.0} s, {report.Videos * report.Frames / report.Elapsed.TotalSeconds:0.0}");
            var (all, worst, where) = Compare(actual, expected);
            Row("relative error over all (aim ≤ 1e-3)", $"{all:0.0e0}");
            Row("worst frame (aim ≤ 1e-2)", $"{worst:0.0e0}, {where}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string Import(string weights, string scratch)
    {
        var onnx = Path.Combine(scratch, "backbone.onnx");
        using (var model = KerasFile.Read(weights, "xception"))
            KerasImport.WriteBackbone(model, new BackboneExport { Preprocess = Preprocess.Tf }, onnx);
        return BundleWriter.Write(Path.Combine(scratch, "bundle"), new BundleContents
        {
            Name = "xception",
            Version = "1",
            Preprocess = "tf",
            Frames = 20,
            Threshold = 0.5,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = onnx },
        }).Folder;
    }

    private static (double All, double Worst, string Where) Compare(FeatureSet actual, FeatureSet expected)
    {
        var (error, size, worst, where) = (0.0, 0.0, 0.0, "");
        var index = expected.Videos.Select((video, index) => (video, index)).ToDictionary(pair => pair.video, pair => pair.index);
        for (var video = 0; video < actual.Videos.Count; video++)
        {
            var other = index[actual.Videos[video]];
            for (var frame = 0; frame < actual.Frames; frame++)
            {
                var distance = TensorPrimitives.Distance(actual.Frame(video, frame), expected.Frame(other, frame));
                var norm = TensorPrimitives.Norm(expected.Frame(other, frame));
                error += (double)distance * distance;
                size += (double)norm * norm;
                if (distance / norm > worst)
                    (worst, where) = (distance / norm, actual.Videos[video].Name);
            }
        }
        return (Math.Sqrt(error / size), worst, where);
    }

    private static void Row(string what, FormattableString value) => Console.WriteLine($"| {what} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
