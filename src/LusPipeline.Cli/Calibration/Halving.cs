using System.Globalization;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Variants.HalfPrecision;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Calibration;

/// <summary>Makes the fp16 variant of a bundle and reports how it compares with fp32.</summary>
internal static class Halving
{
    /// <param name="bundle">The source bundle, which is not changed.</param>
    /// <param name="videos">A folder. Every second video is used to calibrate, the others to measure.</param>
    /// <param name="count">Largest number of frames in each of the two sets.</param>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <exception cref="BundleException">The bundle or the videos cannot be used, or the features of fp16 differ too much.</exception>
    public static async Task AddFp16Async(Bundle bundle, string videos, int count, string folder, TextWriter output, CancellationToken cancellation)
    {
        var source = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var scratch = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}.tmp").FullName;
        try
        {
            var frames = await CalibrationFrames.ReadAsync(videos, bundle, count, cancellation);
            var onnx = Path.Combine(scratch, "fp16.onnx");
            var summary = HalfBackbone.Write(source, frames.Calibration, onnx, cancellation);
            var comparison = HalfComparison.Measure(source, onnx, frames.HeldOut, scratch, cancellation);
            Print(summary, comparison, frames, output);
            if (!(comparison.WorstCosine >= FeatureTolerance.LeastFp16Cosine))
            {
                throw new BundleException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{bundle.Folder}' gets no fp16 variant: the cosine {comparison.WorstCosine:0.0000} of a frame is below {FeatureTolerance.LeastFp16Cosine}. The model needs float32."));
            }
            var extended = BundleWriter.WithVariant(bundle, BundleVariant.Fp16, onnx, folder);
            if ((await TrialRun.RunAsync(extended, cancellation)).Whole)
                BundleWriter.MarkChecked(extended);
            await output.WriteLineAsync($"  {"id",-22} {extended.Id}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Print(HalfSummary summary, HalfComparison comparison, CalibrationFrames frames, TextWriter output)
    {
        void Line(string name, FormattableString value) => output.WriteLine($"  {name,-22} {value.ToString(CultureInfo.InvariantCulture)}");
        Line("calibrated on", $"{frames.Calibration.Count} frames");
        Line("nodes in float16", $"{summary.HalfNodes}; {summary.FloatNodes} in float32, {summary.TooLargeNodes} of them for their values' size");
        Line("greatest value inside", $"{summary.Greatest:0.#}; float16 ends at 65504");
        Line("compared on", $"{comparison.Frames} frames of other videos");
        Line("cosine of features", $"{comparison.MeanCosine:0.000000} on average, {comparison.WorstCosine:0.000000} at worst");
        Line("relative error", $"{comparison.WorstRelativeError:0.0000} at worst");
    }
}
