using System.CommandLine;
using LusPipeline.Cli.Output;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train evaluate</c></summary>
internal static class TrainEvaluateCommand
{
    public static Command Create()
    {
        var features = TrainArguments.Features();
        var augment = TrainArguments.Augment();
        var columns = TrainArguments.Columns();
        var source = TrainArguments.Model();
        var folds = TrainArguments.Folds();
        var labels = TrainArguments.Labels();
        var model = Option<string?>("--bundle", "DIR", "A bundle, by folder or name, whose head is evaluated; if left out, a head is trained for each fold");
        var output = Option<FileInfo>("--out", "FILE", "The report, an HTML file; replaced if it is there");
        output.DefaultValueFactory = _ => new FileInfo("report.html");
        var table = Option<FileInfo?>("--csv", "FILE", "Adds a row to this file, which has the columns of the paper's evaluation.csv");
        var study = Option<string?>("--study", "NAME", "The row's study_name; the name of the folds' file if left out");
        var name = Option<string?>("--name", "NAME", "The model's name in report and row; the bundle's, or that of the features' folder, if left out");
        var pictures = Option<DirectoryInfo?>("--pictures", "DIR", "Writes the report's pictures as SVG files into this folder, too");
        var json = new Option<bool>("--json") { Description = "One JSON object on stdout instead of tables" };
        var frames = TrainArguments.Frames();
        var sensitivities = TrainArguments.Sensitivities();
        var allowLeak = TrainArguments.AllowLeak();
        var innerFolds = TrainArguments.InnerFolds();
        var seed = TrainArguments.Seed();
        var heads = new HeadArguments();
        var command = new Command("evaluate", """
            Evaluate a model on the test sides of folds.

            Without --bundle, a head is trained on the train side of each fold, with a temperature from patients of that side. Ctrl-C keeps finished folds beside
            the report, and the same command goes on. Shows accuracy, precision, recall, specificity, AUROC, calibration and more: mean and standard
            deviation over the folds, and over all videos with 95 % intervals by patient. Writes a report with pictures as one HTML file.
            Research use only: not a medical device.
            """)
        {
            features, augment, columns, source, folds, labels, model, output, table, study, name, pictures, json, frames, sensitivities, allowLeak, innerFolds, seed,
        }.WithExamples(
            "lus train evaluate --features features_20/xception --folds cross_val.json --labels videos.csv --out report.html",
            "lus train evaluate --features features_20/xception --folds cross_val.json --labels videos.csv --preset paper --frames 10 --csv evaluation.csv",
            "lus train evaluate --bundle xception-lstm --features features_20/xception --folds cross_val.json --labels videos.csv --sensitivity covid=0.95");
        heads.AddTo(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var report = result.GetRequiredValue(output).FullName;
            var csv = result.GetValue(table)?.FullName;
            foreach (var file in new[] { report, csv }.OfType<string>())
                WholeFile.RequireFolder(file);
            var request = new EvaluationRequest
            {
                Command = TrainArguments.CommandLine(result),
                Features = result.GetRequiredValue(features).FullName,
                Augment = [.. (result.GetValue(augment) ?? []).Select(folder => folder.FullName)],
                Columns = ColumnsOf(result.GetValue(columns), result.GetValue(source), result.GetValue(model)),
                Folds = result.GetRequiredValue(folds).FullName,
                Labels = result.GetValue(labels)?.FullName,
                Frames = result.GetValue(frames),
                AllowLeak = result.GetValue(allowLeak),
                Seed = result.GetRequiredValue(seed),
                Name = result.GetValue(name),
                FinishedFolds = Path.ChangeExtension(report, null) + ".folds",
            };
            var evaluated = result.GetValue(model) is { } bundle
                ? await EvaluatedModel.OfBundleAsync(request, bundle, cancellation)
                : await EvaluatedModel.OfHeadsAsync(request, heads.Read(result), result.GetRequiredValue(innerFolds), cancellation);
            var made = evaluated.Report(request, EvaluationResult.Compute(
                evaluated.Predictions,
                result.GetValue(sensitivities) is { Length: > 0 } wanted ? wanted : TrainArguments.UsualSensitivities,
                new(PatientBootstrap.DefaultRounds, request.Seed)));
            HtmlReport.Write(report, made);
            if (result.GetValue(pictures) is { } folder)
                PictureFiles.Write(folder.FullName, made);
            if (csv is not null)
                EvaluationCsv.Add(csv, result.GetValue(study) ?? Path.GetFileNameWithoutExtension(request.Folds), evaluated.Name, made);
            if (result.GetValue(json))
            {
                await result.InvocationConfiguration.Output.WriteLineAsync(EvaluationJson.From(made).ToLine());
                return ExitCode.Done;
            }
            EvaluationTable.Write(made, ModelsOutput.Console(result));
            await result.InvocationConfiguration.Output.WriteLineAsync($"report: {report}{(csv is null ? "" : $", row in {csv}")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static (int First, int Last)? ColumnsOf(string? text, string? source, string? bundle) =>
        text is null ? null
        : bundle is null ? FeatureColumnsText.Read(text, Bundle.Load(BundleCatalog.Find(source)))
        : throw new TrainingDataException("--columns is for heads that are trained here. The head of --bundle knows its columns: leave --columns out.");

    private static Option<T> Option<T>(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
