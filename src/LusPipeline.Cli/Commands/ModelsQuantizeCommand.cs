using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Calibration;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models quantize</c></summary>
internal static class ModelsQuantizeCommand
{
    /// <summary>Time limit for one frame. On a slow core the largest of the paper's models takes a few seconds for it.</summary>
    private static readonly TimeSpan MaxTimePerFrame = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var videos = new Option<DirectoryInfo>("--calibrate") { Description = "A folder of videos like those that the model will see", Required = true, HelpName = "DIR" }.AcceptExistingOnly();
        var folder = new Option<DirectoryInfo?>("--out") { Description = "A folder for the new bundle; if left out, the bundle itself gets the variant", HelpName = "DIR" };
        var frames = new Option<int>("--frames") { Description = "The largest number of frames to calibrate on, and to measure on", DefaultValueFactory = _ => 200, HelpName = "N" };
        var here = ModelsArguments.Here();
        frames.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count is < 1 or > 1000)
                result.AddError("--frames is a whole number from 1 to 1000.");
        });
        var command = new Command("quantize", """
            Add an int8 variant, which CPUs with VNNI or AMX then use by themselves.

            Half of the videos calibrate it; its features and its speed are compared with fp32 on the other half.
            It is not added when the mean cosine of the features is below 0.96. The bundle's id changes.
            """)
        {
            model, videos, folder, frames, here,
        }.WithExamples("lus models quantize my-bundle --calibrate videos/", "lus models quantize xception-lstm --calibrate videos/ --out my-bundle");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var source = BundleCatalog.Find(result.GetRequiredValue(model));
            var calibrate = result.GetRequiredValue(videos).FullName;
            var count = result.GetValue(frames);
            if (result.GetValue(here))
            {
                await Quantization.AddInt8Async(Bundle.Load(source), calibrate, count, result.GetRequiredValue(folder)!.FullName, result.InvocationConfiguration.Output, cancellation);
                return ExitCode.Done;
            }
            string[] arguments = ["models", "quantize", source, $"--calibrate={calibrate}", string.Create(CultureInfo.InvariantCulture, $"--frames={count}")];
            var maxTime = ImportLimits.MaxTime + (count * MaxTimePerFrame);
            if (result.GetValue(folder) is { } target)
                return await ModelsBundleChild.RunAsync(arguments, target.FullName, BundleReference.Split(source).Folder, maxTime, result, cancellation);
            var bundle = Bundle.Load(source);
            if (bundle.Variants.Contains(BundleVariant.Int8))
                throw new BundleException($"The bundle '{bundle.Folder}' has the variant '{BundleVariant.Int8}' already. Write a new bundle with --out.");
            return await ModelsBundleChild.RunAsync(
                arguments,
                bundle.Folder,
                made => $"written to {BundleWriter.MoveVariant(bundle, Bundle.Load(made), BundleVariant.Int8).Folder}",
                BundleReference.Split(source).Folder,
                maxTime,
                result,
                cancellation);
        });
        return command;
    }
}
