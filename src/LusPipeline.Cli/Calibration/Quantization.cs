using System.Globalization;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Variants.Quantization;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Calibration;

/// <summary>Makes the int8 variant of a bundle and reports how it compares with fp32.</summary>
internal static class Quantization
{
    /// <param name="bundle">The source bundle, which is not changed.</param>
    /// <param name="videos">A folder. Every second video is used to calibrate, the others to measure.</param>
    /// <param name="count">Largest number of frames in each of the two sets.</param>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <exception cref="BundleException">The bundle or the videos cannot be used, or the features of int8 differ too much.</exception>
    public static async Task AddInt8Async(Bundle bundle, string videos, int count, string folder, TextWriter output, CancellationToken cancellation)
    {
        var source = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var scratch = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}.tmp").FullName;
        try
        {
            var frames = await CalibrationFrames.ReadAsync(videos, bundle, count, cancellation);
            var onnx = Path.Combine(scratch, "int8.onnx");
            BackboneQuantizer.Quantize(source, frames.Calibration, onnx, cancellation);
            var extended = BundleWriter.WithVariant(bundle, BundleVariant.Int8, onnx, folder);
            using (var comparison = await CompareAsync(extended, frames.HeldOut, cancellation))
                Judge(bundle, comparison, frames, output);
            if ((await TrialRun.RunAsync(extended, cancellation)).Whole)
                BundleWriter.MarkChecked(extended);
            await output.WriteLineAsync($"  {"id",-22} {extended.Id}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<VariantComparison> CompareAsync(Bundle bundle, IReadOnlyList<Memory<byte>> frames, CancellationToken cancellation)
    {
        var comparison = new VariantComparison(bundle, BundleVariant.Fp32, BundleVariant.Int8, new InferenceOptions());
        try
        {
            await comparison.WarmUpAsync(cancellation);
            foreach (var some in frames.Chunk(bundle.Frames))
            {
                var joined = new byte[some.Sum(frame => frame.Length)];
                for (var index = 0; index < some.Length; index++)
                    some[index].CopyTo(joined.AsMemory(index * some[index].Length));
                await comparison.AddAsync(joined, some.Length, cancellation);
            }
            return comparison;
        }
        catch
        {
            comparison.Dispose();
            throw;
        }
    }

    private static void Judge(Bundle bundle, VariantComparison comparison, CalibrationFrames frames, TextWriter output)
    {
        Print(comparison, frames, output);
        if (comparison.MeanCosine >= FeatureTolerance.LeastInt8MeanCosine)
            return;
        var (found, least) = (Text(comparison.MeanCosine, "0.0000"), Text(FeatureTolerance.LeastInt8MeanCosine, "0.##"));
        throw new BundleException(
            $"'{bundle.Folder}' gets no int8 variant: the mean cosine {found} is below {least}. "
            + "Calibrate on more frames, or on videos that are more like those that it measured on.");

        static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static void Print(VariantComparison comparison, CalibrationFrames frames, TextWriter output)
    {
        void Line(string name, FormattableString value) => output.WriteLine($"  {name,-22} {value.ToString(CultureInfo.InvariantCulture)}");
        Line("calibrated on", $"{frames.Calibration.Count} frames");
        Line("compared on", $"{comparison.Frames} frames of other videos");
        Line("cosine of features", $"{comparison.MeanCosine:0.0000} on average, {comparison.WorstCosine:0.0000} at worst");
        Line("greatest error", $"{comparison.RelativeError:0.000} of the greatest feature");
        Line("fp32", $"{comparison.ReferenceFramesPerSecond:0.0} frames/s");
        Line("int8", $"{comparison.OtherFramesPerSecond:0.0} frames/s, {comparison.Speed:0.00} times as many");
    }
}
