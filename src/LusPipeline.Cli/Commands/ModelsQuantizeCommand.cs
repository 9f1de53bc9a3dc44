using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Calibration;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Models.Quantization;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models quantize</c></summary>
internal static class ModelsQuantizeCommand
{
    /// <summary>A variant that CPUs choose by themselves must not change what a bundle says.</summary>
    private const double LeastMeanCosine = 0.96;

    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var videos = new Option<DirectoryInfo>("--calibrate") { Description = "A folder of videos like those that the model will see", Required = true }.AcceptExistingOnly();
        var folder = new Option<DirectoryInfo?>("--out") { Description = "A folder for the new bundle; if left out, the bundle itself gets the variant", HelpName = "DIR" };
        var frames = new Option<int>("--frames") { Description = "Most frames to calibrate on, and to measure on", DefaultValueFactory = _ => 200, HelpName = "N" };
        frames.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count is < 1 or > 5000)
                result.AddError("--frames is a whole number from 1 to 5000.");
        });
        var command = new Command("quantize", """
            Add an int8 variant, which CPUs with VNNI or AMX then use by themselves.

            Half of the videos calibrate it; its features and its speed are compared with fp32 on the other half.
            It is not added when the mean cosine of the features is below 0.96. The bundle's id changes.
            """)
        {
            model, videos, folder, frames,
        }.WithExamples("lus models quantize my-bundle --calibrate videos/", "lus models quantize xception-lstm --calibrate videos/ --out my-bundle");
        command.SetGuardedAction((result, cancellation) => RunAsync(
            Bundle.Load(BundleCatalog.Find(result.GetRequiredValue(model))), result.GetRequiredValue(videos).FullName,
            result.GetValue(folder)?.FullName, result.GetValue(frames), result.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Bundle bundle, string videos, string? folder, int count, TextWriter output, CancellationToken cancellation)
    {
        var target = Path.TrimEndingDirectorySeparator(folder ?? bundle.Folder);
        if (folder is not null)
            BundleWriter.RequireFree(target);
        else if (bundle.Variants.Contains(BundleVariant.Int8))
            throw new BundleException($"The bundle '{target}' has the variant '{BundleVariant.Int8}' already. Write a new bundle with --out.");
        var source = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var scratch = Directory.CreateDirectory($"{target}.{Guid.NewGuid():N}.tmp").FullName;
        try
        {
            var frames = await CalibrationFrames.ReadAsync(videos, bundle, count, cancellation);
            var onnx = Path.Combine(scratch, "int8.onnx");
            BackboneQuantizer.Quantize(source, frames.Calibration, onnx, cancellation);
            var extended = BundleWriter.WithVariant(bundle, BundleVariant.Int8, onnx, Path.Combine(scratch, "bundle"));
            using (var comparison = await CompareAsync(extended, frames.HeldOut, cancellation))
            {
                Print(comparison, frames, output);
                if (!(comparison.MeanCosine >= LeastMeanCosine))
                    throw new BundleException($"The mean cosine {comparison.MeanCosine.ToString("0.0000", CultureInfo.InvariantCulture)} is below {LeastMeanCosine.ToString(CultureInfo.InvariantCulture)}, so the variant was not added. Calibrate on more frames, or on videos that are more like those that it measured on.");
            }
            if (folder is null)
            {
                bundle = BundleWriter.MoveVariant(bundle, extended, BundleVariant.Int8);
            }
            else
            {
                if (Directory.Exists(target))
                    Directory.Delete(target);
                Directory.Move(extended.Folder, target);
                bundle = Bundle.Load(target);
            }
            await output.WriteLineAsync($"written to {target}; id {bundle.Id}");
            return ExitCode.Done;
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
