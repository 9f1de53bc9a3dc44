using System.CommandLine;
using System.Globalization;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Reports;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train grid</c></summary>
internal static class TrainGridCommand
{
    private const int MostFrames = 1000;

    public static Command Create()
    {
        var models = new Option<string[]>("--models")
        {
            Description = "The backbones: bundles by name or folder; with --features, names of folders there, all if left out",
            HelpName = "NAME,NAME",
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        };
        var videos = new Option<string[]>("--videos") { Description = "Labelled videos, or folders of them", HelpName = "DIR" };
        var features = new Option<DirectoryInfo?>("--features") { Description = "A folder with a feature set for each backbone, instead of videos", HelpName = "DIR" };
        var frames = new Option<int[]>("--frames")
        {
            Description = "How many of a video's frames to take, evenly spaced",
            HelpName = "N,N",
            DefaultValueFactory = _ => [5, 10, 15, 20],
            CustomParser = result =>
            {
                var numbers = new List<int>();
                foreach (var part in result.Tokens.SelectMany(token => token.Value.Split(',')))
                {
                    if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostFrames)
                        numbers.Add(number);
                    else
                        result.AddError($"--frames {part}: give whole numbers from 1 to {MostFrames}, separated by commas, for example 5,10,15,20.");
                }
                return [.. numbers.Distinct()];
            },
        };
        var folds = TrainArguments.Folds();
        var labels = new Option<string?>("--labels") { Description = "csv with the columns file, label and patient; by default the videos' folders: cov, pne or reg, and the patient", HelpName = "FILE" };
        var output = new Option<FileInfo>("--out") { Description = "The table, with the columns of the paper's evaluation.csv; rows that are there are kept", HelpName = "FILE", DefaultValueFactory = _ => new FileInfo("evaluation.csv") };
        var study = new Option<string?>("--study") { Description = "The rows' study_name; the name of the folds' file if left out", HelpName = "NAME" };
        var variant = new Option<string?>("--variant") { Description = "The bundles' variant to compute features with; the best on this machine if left out" };
        variant.AcceptOnlyFromAmong([.. BundleVariant.All]);
        var inner = TrainArguments.InnerFolds();
        inner.DefaultValueFactory = _ => 0;
        var seed = TrainArguments.Seed();
        var leak = TrainArguments.AllowLeak();
        var heads = new HeadArguments();
        var command = new Command("grid", """
            Make the paper's table: the accuracy of a head for each backbone and number of frames.

            Features are made once for each backbone, and frames are chosen from them. Each row is written as soon as it is known; rows that are there are kept,
            so the same command goes on after Ctrl-C or a crash. For other settings give another --study or another file.
            Exit codes: 0 all videos are in it; 2 some are left out, each with its reason; 130 interrupted.
            Research use only: not a medical device.
            """)
        {
            models, videos, features, frames, folds, labels, output, study, variant, inner, seed, leak,
        }.WithExamples(
            "lus train grid --models xception,densenet201 --frames 5,10,15,20 --videos videos/ --labels videos.csv --folds cross_val.json --preset paper",
            "lus train grid --features features_20 --labels videos.csv --folds cross_val.json --out evaluation.csv --study small-heads");
        heads.AddTo(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var table = result.GetRequiredValue(output).FullName;
            WholeFile.RequireFolder(table);
            var named = result.GetValue(models) ?? [];
            var sets = result.GetValue(features)?.FullName;
            var paths = result.GetValue(videos) ?? [];
            if (sets is null == (paths.Length == 0))
                throw new TrainingDataException("Give either --videos with --models, or --features with a folder that has a feature set for each backbone.");
            var given = result.GetValue(labels);
            var known = VideoLabels.Read(given ?? VideoLabels.Folders);
            var request = new GridRequest
            {
                Command = TrainArguments.CommandLine(result),
                Backbones = sets is null ? OfBundles(named) : OfSets(sets, named),
                Videos = paths,
                Labels = known,
                LabelsFile = known.Table is null ? null : given,
                Variant = result.GetValue(variant),
                Frames = result.GetRequiredValue(frames),
                Folds = result.GetRequiredValue(folds).FullName,
                Out = table,
                Study = result.GetValue(study) ?? Path.GetFileNameWithoutExtension(result.GetRequiredValue(folds).Name),
                Options = heads.Read(result),
                InnerFolds = result.GetRequiredValue(inner),
                Seed = result.GetRequiredValue(seed),
                AllowLeak = result.GetValue(leak),
            };
            RequireFrames(request);
            var run = new GridRun(request);
            var (clock, began, first) = (TimeProvider.System, TimeProvider.System.GetTimestamp(), -1);
            try
            {
                await run.RunAsync(
                    (model, report, done, all) =>
                    {
                        first = first < 0 ? done - 1 : first;
                        var left = clock.GetElapsedTime(began) * ((double)(all - done) / (done - first));
                        Terminal.Error.Profile.Out.Writer.WriteLine(string.Create(
                            CultureInfo.InvariantCulture,
                            $"{done}/{all} rows: {model}: accuracy {FigureText.MeanAndDeviation(report.Result["accuracy"])}, balanced {FigureText.MeanAndDeviation(report.Result["balancedAccuracy"])}"
                            + $"{(done < all ? $"; {left.TotalMinutes:0} min left" : "")}"));
                    },
                    cancellation);
            }
            catch (OperationCanceledException)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"The rows that are known are in {table}: the same command goes on from there.");
                throw;
            }
            foreach (var line in run.LeftOut)
                await result.InvocationConfiguration.Error.WriteLineAsync($"left out: {line}");
            await result.InvocationConfiguration.Output.WriteLineAsync(
                $"{request.Backbones.Count * request.Frames.Count} rows, {run.Kept} of them from earlier: {table}\n{ResearchNotice.Text}");
            return run.LeftOut.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
        });
        return command;
    }

    private static List<GridBackbone> OfBundles(string[] names)
    {
        if (names.Length == 0)
            throw new TrainingDataException("--models names no backbone. Give names or folders of bundles, separated by commas; see lus models list.");
        // All are looked for before any work begins.
        var backbones = names.Select(name => Bundle.Load(BundleCatalog.Find(name))).Select(bundle => new GridBackbone(bundle.Name, bundle, null)).ToList();
        return backbones.Select(one => one.Name).Distinct(StringComparer.Ordinal).Count() == backbones.Count
            ? backbones
            : throw new TrainingDataException("--models names a bundle twice, or two bundles have the same name. Give each once.");
    }

    private static List<GridBackbone> OfSets(string folder, string[] names)
    {
        if (!Directory.Exists(folder))
            throw new TrainingDataException($"--features: there is no folder '{folder}'.");
        string[] found = names.Length > 0
            ? names
            : [.. Directory.EnumerateDirectories(folder).Where(one => File.Exists(Path.Combine(one, FeatureSetFiles.Labels))).Select(one => Path.GetFileName(one)).Order(StringComparer.Ordinal)];
        if (found.Length == 0)
            throw new TrainingDataException($"--features: '{folder}' has no folder with a feature set ({FeatureSetFiles.Labels}). Make one: lus features.");
        return [.. found.Select(name => Directory.Exists(Path.Combine(folder, name))
            ? new GridBackbone(name, null, Path.Combine(folder, name))
            : throw new TrainingDataException($"--features: '{folder}' has no folder '{name}'."))];
    }

    /// <summary>A wrong number of frames is found before hours of work.</summary>
    private static void RequireFrames(GridRequest request)
    {
        foreach (var backbone in request.Backbones)
        {
            var most = backbone.Bundle?.Frames ?? FeatureSet.Read(backbone.Set!).Frames;
            if (request.Frames.Max() > most)
                throw new TrainingDataException($"--frames: '{backbone.Name}' has {most} frames a video, so {request.Frames.Max()} cannot be taken of them.");
        }
    }
}
