using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Children;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train fit</c></summary>
internal static class TrainFitCommand
{
    public static Command Create()
    {
        var features = TrainArguments.Features();
        var augment = TrainArguments.Augment();
        var output = new Option<DirectoryInfo>("--out") { Description = "The new bundle's folder", Required = true, HelpName = "DIR" };
        var model = TrainArguments.Model();
        var name = TrainArguments.Name();
        var labels = TrainArguments.Labels();
        var folds = new Option<FileInfo?>("--folds") { Description = "Also train and measure on these folds (lus train dataset); the figures go into the bundle", HelpName = "FILE" };
        var fold = new Option<string?>("--fold") { Description = "Train on the train side of this fold only, and measure on its test side", HelpName = "NAME" };
        var leak = TrainArguments.AllowLeak();
        var frames = TrainArguments.Frames();
        var columns = TrainArguments.Columns();
        var inner = TrainArguments.InnerFolds();
        var seed = TrainArguments.Seed();
        var json = TrainArguments.Json();
        var command = new Command("fit", """
            Train a head on the features of labelled videos, and write it as a new bundle.

            The bundle has the backbone of --model and the new head; it records how the head was trained, on which clips, and what was measured. With --folds,
            heads of the same kind are trained and measured on each fold first. The first Ctrl-C keeps the best weights so far; a command that was killed
            goes on when it is given again. The same seed gives the same bytes on one machine.
            Research use only: not a medical device.
            """)
        {
            features, augment, output, model, name, labels, folds, fold, leak, frames, columns, inner, seed, json,
        }.WithExamples(
            "lus train fit --features features_20/xception --labels videos.csv --folds cross_val.json --out my-bundle",
            "lus train fit --features features_20/xception --labels videos.csv --out paper-bundle --preset paper --inner-folds 0",
            "lus train fit --features features_20/layers --labels videos.csv --model my-layers --columns add_10 --out my-bundle",
            "lus train fit --features features_20/xception --folds cross_val.json --fold 0 --out fold-0 --head gru --units 64 --dense none --ensemble 5");
        var head = new HeadArguments();
        head.AddTo(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var begun = TimeProvider.System.GetTimestamp();
            var (layers, fit) = head.Read(result);
            var target = Path.TrimEndingDirectorySeparator(result.GetRequiredValue(output).FullName);
            var source = Bundle.Load(BundleCatalog.Find(result.GetValue(model)));
            await BundleTrial.RunAsync(source, MediaSettings.Read(), cancellation);
            var table = result.GetValue(labels) is { } file ? VideoLabels.Read(file.FullName).Table : null;
            var request = FitRequest.Read(
                target, source, result.GetRequiredValue(features).FullName, table, result.GetValue(frames), FeatureColumnsText.Read(result.GetValue(columns), source),
                result.GetValue(folds)?.FullName, result.GetValue(fold), result.GetValue(leak), new(layers, fit, result.GetRequiredValue(inner), result.GetRequiredValue(seed)),
                [.. (result.GetValue(augment) ?? []).Select(folder => folder.FullName)]);
            foreach (var warning in request.Warnings())
                await result.InvocationConfiguration.Error.WriteLineAsync(warning);
            var run = new FitRun(request, result.GetValue(name) ?? Path.GetFileName(target));
            Bundle bundle;
            try
            {
                bundle = run.Run(cancellation);
            }
            catch (OperationCanceledException)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"What is finished is kept in {request.Work}: the same command goes on from there.");
                throw;
            }
            var text = result.GetValue(json)
                ? Json(bundle, run, request, TimeProvider.System.GetElapsedTime(begun).TotalSeconds)
                : Lines(bundle);
            await result.InvocationConfiguration.Output.WriteLineAsync(text);
            return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        });
        return command;
    }

    /// <summary>The new bundle as one line of JSON.</summary>
    public static string Json(Bundle bundle, FitRun run, FitRequest request, double seconds) => System.Text.Json.JsonSerializer.Serialize(
        new(
            "fit", bundle.Folder, bundle.Id, bundle.Manifest.Training! with { Contents = [] }, bundle.Manifest.Metrics, [.. run.Epochs.Select(EpochJson.From)],
            [.. request.Warnings()], Math.Round(seconds, 3), ResearchNotice.Text),
        CliJson.Lines.TrainFitJson);

    /// <summary>The new bundle in words.</summary>
    public static string Lines(Bundle bundle)
    {
        var training = bundle.Manifest.Training!;
        var lines = bundle.Manifest.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"  {metric.Name} {metric.Value:0.000} ({metric.How})"));
        var early = training.EndedEarly ? ", ended early: the best weights so far are kept" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{bundle.Name} {bundle.Version}: a head trained on {training.Clips} clips, temperature {training.Temperature:0.00}{early}; id {bundle.Id}: {bundle.Folder}\n")
            + string.Concat(lines.Select(line => line + "\n"))
            + ResearchNotice.Text;
    }
}
