using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Offline;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus features PATH…</c></summary>
internal static class FeaturesCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Description = "Videos, or folders of videos", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "A bundle's folder or name; it needs no head; the default model if left out", HelpName = "DIR" };
        var variant = new Option<string?>("--variant") { Description = "The bundle's variant to compute with; its best on this machine if left out" };
        variant.AcceptOnlyFromAmong([.. BundleVariant.All]);
        var layers = new Option<string?>("--layers") { Description = "The layers to take, separated by commas; all that the bundle gives if left out", HelpName = "LAYERS" };
        var vary = new Option<int?>("--vary")
        {
            Description = "Change each video at random, by this seed: mirrored, cropped, brighter or darker, other frames. For lus train --augment",
            HelpName = "SEED",
        };
        var output = new Option<DirectoryInfo>("--out") { Description = "The new set's folder", Required = true, HelpName = "DIR" };
        var labels = new Option<string>("--labels")
        {
            Description = "csv with the columns file and label; by default the nearest folder named cov, pne or reg",
            HelpName = "FILE",
            DefaultValueFactory = _ => VideoLabels.Folders,
        };
        var command = new Command("features", """
            Turn labelled videos into a feature set, for training and for the paper's notebooks.

            The set has features-D.npy (float32, a row for each frame), filenames.npy (label/video-i.png) and labels.npy (0 covid, 1 pneumonia, 2 healthy).
            Exit codes: 0 all videos are in it; 2 some are left out, each with its reason; 1 nothing was written; 130 interrupted.
            """)
        {
            paths, model, variant, layers, vary, output, labels,
        }.WithExamples(
            "lus features dataset/ --model densenet201 --out features_20/densenet201",
            "lus features videos/ --labels videos.csv --layers add_10 --out features_20/xception-block12",
            "lus features videos/ --labels videos.csv --vary 1 --out features_20/xception-varied-1",
            "lus features videos/ --labels videos.csv --out features_20/xception");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var display = new CountDisplay((done, all) => $"{done}/{all} videos", Terminal.Error, TimeProvider.System);
            var known = VideoLabels.Read(result.GetRequiredValue(labels));
            var request = new FeatureSetRequest
            {
                Paths = result.GetRequiredValue(paths),
                Model = BundleCatalog.Find(result.GetValue(model)),
                Variant = result.GetValue(variant),
                Layers = LayerNames.Split(result.GetValue(layers)),
                Vary = result.GetValue(vary),
                Out = result.GetRequiredValue(output).FullName,
                Label = known.Find,
                Media = MediaSettings.Read(),
            };
            var report = await new FeatureSetExtraction(request, (done, all) => display.Show(done, all), TimeProvider.System).RunAsync(cancellation);
            return await ReportAsync(report, request.Out, result.InvocationConfiguration);
        });
        return command;
    }

    private static async Task<int> ReportAsync(FeatureSetReport report, string folder, InvocationConfiguration terminal)
    {
        foreach (var video in report.LeftOut)
            await terminal.Error.WriteLineAsync($"left out: {video.Key}: {video.Reason}: {video.Detail}");
        if (report.Videos == 0)
        {
            await terminal.Error.WriteLineAsync("lus: none of the labelled videos could be read; nothing was written.");
            return ExitCode.Error;
        }
        await terminal.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Videos} videos, {report.Frames} frames each, {report.FeatureLength} features a frame, by {report.Variant}, in {report.Elapsed.TotalSeconds:0.0} s: {folder}"));
        return report.LeftOut.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
    }
}
