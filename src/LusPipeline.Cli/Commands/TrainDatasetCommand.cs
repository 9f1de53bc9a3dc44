using System.CommandLine;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train dataset</c></summary>
internal static class TrainDatasetCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("path")
        {
            Description = "A folder of videos, or a csv file with the columns file, label and patient (and fold, if the folds are given)",
        };
        var labels = new Option<string>("--labels")
        {
            Description = "For a folder: csv with the columns file, label and patient; by default the folders' names: cov, pne or reg, and the patient",
            HelpName = "FILE",
            DefaultValueFactory = _ => VideoLabels.Folders,
        };
        var folds = TrainArguments.FoldCount();
        var group = TrainArguments.Group();
        var seed = TrainArguments.Seed();
        var output = new Option<FileInfo>("--out")
        {
            Description = "The file of the folds, in the form of the paper's cross_val.json",
            Required = true,
            HelpName = "FILE",
        };
        var command = new Command("dataset", """
            Spread labelled videos over folds, for training and evaluation.

            No patient is in two folds, and each class is spread as evenly as the patients allow. A seed repeats the folds. If the csv file has a column fold,
            its folds are checked and kept. Exit codes: 0 all videos are in a fold; 2 some are left out, each with its reason; 1 nothing was written.
            """)
        {
            source, labels, folds, group, seed, output,
        }.WithExamples(
            "lus train dataset videos.csv --folds 5 --group patient --out cross_val.json",
            "lus train dataset videos/ --labels videos.csv --out cross_val.json",
            "lus train dataset videos/ --seed 7 --out cross_val.json  # videos/cov/patient-1/a.mp4");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var path = result.GetRequiredValue(source);
            var file = result.GetRequiredValue(output).FullName;
            WholeFile.RequireFolder(file);
            if (!Path.Exists(path))
                throw new LabelException($"There is neither a folder nor a csv file '{path}'.");
            var leftOut = new List<string>();
            var table = Directory.Exists(path)
                ? await OfFolderAsync(path, VideoLabels.Read(result.GetRequiredValue(labels)), leftOut, cancellation)
                : VideoLabels.Read(Path.GetFullPath(path), "path").Table!;
            var by = TrainArguments.GroupOf(result.GetRequiredValue(group));
            var videos = DatasetFolds.Assign(table, by, result.GetRequiredValue(folds), result.GetRequiredValue(seed));
            CrossValidationFile.Write(file, CrossValidation.From([.. videos.Select(video => (new FoldVideo(video.Name, video.Row.Label), video.Fold))]));
            foreach (var line in leftOut)
                await result.InvocationConfiguration.Error.WriteLineAsync($"left out: {line}");
            FoldTable.Write(videos, ModelsOutput.Console(result));
            if (by == FoldGroup.Video)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(
                    "Videos of one patient may be on both sides of a fold: figures from these folds say nothing about new patients.");
            }
            var count = videos.Select(video => video.Fold).Distinct(StringComparer.Ordinal).Count();
            await result.InvocationConfiguration.Output.WriteLineAsync($"{videos.Count} videos in {count} folds: {file}");
            return leftOut.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
        });
        return command;
    }

    private static async Task<LabelTable> OfFolderAsync(string folder, VideoLabels labels, List<string> leftOut, CancellationToken cancellation)
    {
        using var videos = LabelledVideos.Open([folder]);
        return await LabelledVideos.ListAsync(videos, [folder], labels, leftOut, cancellation);
    }
}
