using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Calibration;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models halve</c></summary>
internal static class ModelsHalveCommand
{
    /// <summary>Time limit for one frame of each set. The largest of the paper's models takes that long on a slow core without optimizations.</summary>
    private static readonly TimeSpan MaxTimePerFrame = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var videos = new Option<DirectoryInfo>("--calibrate") { Description = "A folder of videos like those that the model will see", Required = true, HelpName = "DIR" }.AcceptExistingOnly();
        var folder = new Option<DirectoryInfo?>("--out") { Description = "A folder for the new bundle; if left out, the bundle itself gets the variant", HelpName = "DIR" };
        var frames = new Option<int>("--frames") { Description = "The largest number of frames to measure the values on, and to compare on", DefaultValueFactory = _ => 40, HelpName = "N" };
        var here = ModelsArguments.Here();
        frames.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count is < 1 or > 1000)
                result.AddError("--frames is a whole number from 1 to 1000.");
        });
        var command = new Command("halve", """
            Add an fp16 variant, which CUDA then uses by itself.

            Half of the videos show how large the values inside become; what would leave float16's range stays in float32. The features
            are compared with fp32 on the other half, with the rounding of a CUDA device, on the CPU.
            It is not added when the cosine of a frame's features is below 0.999. The bundle's id changes.
            """)
        {
            model, videos, folder, frames, here,
        }.WithExamples("lus models halve my-bundle --calibrate videos/", "lus models halve xception-lstm --calibrate videos/ --out my-bundle");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var source = BundleCatalog.Find(result.GetRequiredValue(model));
            var calibrate = result.GetRequiredValue(videos).FullName;
            var count = result.GetValue(frames);
            if (result.GetValue(here))
            {
                await Halving.AddFp16Async(Bundle.Load(source), calibrate, count, result.GetRequiredValue(folder)!.FullName, result.InvocationConfiguration.Output, cancellation);
                return ExitCode.Done;
            }
            string[] arguments = ["models", "halve", source, $"--calibrate={calibrate}", string.Create(CultureInfo.InvariantCulture, $"--frames={count}")];
            var maxTime = ImportLimits.MaxTime + (count * MaxTimePerFrame);
            if (result.GetValue(folder) is { } target)
                return await ModelsBundleChild.RunAsync(arguments, target.FullName, BundleReference.Split(source).Folder, maxTime, result, cancellation);
            var bundle = Bundle.Load(source);
            if (bundle.Variants.Contains(BundleVariant.Fp16))
                throw new BundleException($"The bundle '{bundle.Folder}' has the variant '{BundleVariant.Fp16}' already. Write a new bundle with --out.");
            return await ModelsBundleChild.RunAsync(
                arguments,
                bundle.Folder,
                made => $"written to {BundleWriter.MoveVariant(bundle, Bundle.Load(made), BundleVariant.Fp16).Folder}",
                BundleReference.Split(source).Folder,
                maxTime,
                result,
                cancellation);
        });
        return command;
    }
}
