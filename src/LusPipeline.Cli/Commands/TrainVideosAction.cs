using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Children;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train VIDEOS</c>: what the command does when none of its subcommands is named.</summary>
internal static class TrainVideosAction
{
    public static void AddTo(Command command)
    {
        var paths = new Argument<string[]>("video") { Description = "Labelled videos, or folders of them: trains a bundle in one go", Arity = ArgumentArity.ZeroOrMore };
        var labels = new Option<string>("--labels")
        {
            Description = "csv with the columns file, label and patient; by default the folders' names: cov, pne or reg, and the patient",
            HelpName = "FILE",
            DefaultValueFactory = _ => VideoLabels.Folders,
        };
        var output = new Option<DirectoryInfo?>("--out") { Description = "The new bundle's folder", HelpName = "DIR" };
        var report = new Option<FileInfo?>("--report") { Description = "The report, an HTML file; the bundle's folder with .html if left out", HelpName = "FILE" };
        var model = TrainArguments.Model();
        var variant = new Option<string?>("--variant") { Description = "The bundle's variant to compute features with; its best on this machine if left out" };
        variant.AcceptOnlyFromAmong([.. BundleVariant.All]);
        var vary = TrainArguments.WholeNumber(
            "--vary",
            "How many varied clips of each video are trained on, too (mirrored, cropped, brighter or darker, other frames), 0 to 20; each costs as much time as the clip itself",
            0, 0, 20);
        var name = TrainArguments.Name();
        var folds = TrainArguments.FoldCount();
        var group = TrainArguments.Group();
        var columns = TrainArguments.Columns();
        var inner = TrainArguments.InnerFolds();
        var seed = TrainArguments.Seed();
        var leak = TrainArguments.AllowLeak();
        var json = TrainArguments.Json();
        command.Add(paths);
        foreach (var option in new Option[] { labels, output, report, model, variant, vary, name, folds, group, columns, inner, seed, leak, json })
            command.Add(option);
        var head = new HeadArguments();
        head.AddTo(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            if (result.GetValue(paths) is not { Length: > 0 } videos || result.GetValue(output) is not { } folder)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync("lus: give videos and --out BUNDLE, or one of the commands; see lus train --help.");
                return ExitCode.Error;
            }
            var begun = TimeProvider.System.GetTimestamp();
            var target = Path.TrimEndingDirectorySeparator(folder.FullName);
            var source = Bundle.Load(BundleCatalog.Find(result.GetValue(model)));
            await BundleTrial.RunAsync(source, MediaSettings.Read(), cancellation);
            var (layers, fit) = head.Read(result);
            var request = new TrainVideosRequest
            {
                Command = TrainArguments.CommandLine(result),
                Paths = videos,
                Labels = VideoLabels.Read(result.GetRequiredValue(labels)),
                Out = target,
                Name = result.GetValue(name) ?? Path.GetFileName(target),
                Report = result.GetValue(report)?.FullName ?? $"{target}.html",
                Source = source,
                Variant = result.GetValue(variant),
                Vary = result.GetValue(vary),
                Columns = FeatureColumnsText.Read(result.GetValue(columns), source),
                Group = TrainArguments.GroupOf(result.GetRequiredValue(group)),
                Folds = result.GetRequiredValue(folds),
                InnerFolds = result.GetRequiredValue(inner),
                Seed = result.GetRequiredValue(seed),
                AllowLeak = result.GetValue(leak),
                Head = layers,
                Fit = fit,
            };
            WholeFile.RequireFolder(request.Report);
            var run = new TrainVideosRun(request);
            Bundle bundle;
            try
            {
                bundle = await run.RunAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"What is finished is kept in {request.Work}: the same command goes on from there.");
                throw;
            }
            foreach (var line in run.LeftOut)
                await result.InvocationConfiguration.Error.WriteLineAsync($"left out: {line}");
            foreach (var warning in run.Fit!.Warnings())
                await result.InvocationConfiguration.Error.WriteLineAsync(warning);
            if (result.GetValue(json))
            {
                await result.InvocationConfiguration.Output.WriteLineAsync(
                    TrainFitCommand.Json(bundle, run.Training!, run.Fit, TimeProvider.System.GetElapsedTime(begun).TotalSeconds));
            }
            else
            {
                EvaluationTable.Write(run.Report!, ModelsOutput.Console(result));
                await result.InvocationConfiguration.Output.WriteLineAsync($"report: {request.Report}");
                await result.InvocationConfiguration.Output.WriteLineAsync(TrainFitCommand.Lines(bundle));
            }
            return cancellation.IsCancellationRequested ? ExitCode.Interrupted : run.LeftOut.Count > 0 ? ExitCode.Incomplete : ExitCode.Done;
        });
    }
}
