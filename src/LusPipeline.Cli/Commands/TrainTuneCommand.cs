using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Search.Importance;
using LusPipeline.Training.Search.Pruning;
using LusPipeline.Training.Search.Reporting;
using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train tune</c></summary>
internal static class TrainTuneCommand
{
    private static readonly Dictionary<string, Func<ISampler>> Samplers = new()
    {
        ["tpe"] = () => new TpeSampler(),
        ["tpe-independent"] = () => new TpeSampler(independent: true),
        ["random"] = () => new RandomSampler(),
        ["grid"] = () => new GridSampler(),
    };

    private static readonly Dictionary<string, Func<IPruner>> Pruners = new()
    {
        ["median"] = () => new MedianPruner(),
        ["halving"] = () => new HalvingPruner(),
        ["none"] = () => new NoPruner(),
    };

    public static Command Create()
    {
        var features = TrainArguments.Features();
        var folds = TrainArguments.Folds();
        var labels = TrainArguments.Labels();
        var trials = TrainArguments.WholeNumber("--trials", "How many trials the study is to have, those of earlier runs and other processes too", 100, 1, 1_000_000);
        var storage = new Option<string>("--storage")
        {
            Description = "Where the trials are kept: sqlite:///FILE or postgresql://USER@HOST:PORT/DATABASE (password: PGPASSWORD or ~/.pgpass)",
            HelpName = "URL",
            DefaultValueFactory = _ => "sqlite:///optuna.db",
        };
        var study = new Option<string?>("--study") { Description = "The name of Optuna's study; the name of the features' folder if left out", HelpName = "NAME" };
        var objective = Choice("--objective", "What to make good, as a mean over the folds", TuneMetric.All[0].Name, TuneMetric.All.Select(metric => metric.Name));
        var space = new Option<FileInfo?>("--space") { Description = "A JSON file with the parameters to choose and their ranges; a usual space if left out", HelpName = "FILE" };
        var sampler = Choice("--sampler", "How parameters are chosen", "tpe", Samplers.Keys);
        var pruner = Choice("--pruner", "How trials are given up that do worse than others", "median", Pruners.Keys);
        var jobs = TrainArguments.WholeNumber("--jobs", "How many trials run at a time", 1, 1, 256);
        var nested = new Option<bool>("--nested") { Description = "Also search within the train side of each fold and test the best heads on the test sides: honest figures, for as many further searches as there are folds" };
        var model = new Option<string?>("--model") { Description = "The bundle whose backbone made the features: its layers are choices of columns", HelpName = "BUNDLE" };
        var columns = TrainArguments.Columns();
        var frames = TrainArguments.Frames();
        var inner = TrainArguments.InnerFolds();
        inner.DefaultValueFactory = _ => 0;
        var seed = TrainArguments.Seed();
        var leak = TrainArguments.AllowLeak();
        var pictures = new Option<DirectoryInfo?>("--pictures") { Description = "Writes the report's pictures as SVG files into this folder, too", HelpName = "DIR" };
        var output = new Option<FileInfo>("--out") { Description = "The report, an HTML file; replaced if it is there", HelpName = "FILE", DefaultValueFactory = _ => new FileInfo("tune.html") };
        var json = TrainArguments.Json();
        var heads = new HeadArguments();
        var command = new Command("tune", """
            Search for the head and the training that do best on the test sides of folds.

            Trials are kept in a database with the tables of Optuna 5: Optuna and its dashboard show them, and go on with them. The options of a head that are given
            are fixed, and the others are searched. Ctrl-C keeps all that is finished, and the same command goes on; several processes may work at one study.
            Ends with the importance of the parameters, the command that trains the best head, and a report. The best value is too good, because it was chosen
            on the test sides: --nested measures how good the search really is.
            Research use only: not a medical device.
            """)
        {
            features, folds, labels, trials, storage, study, objective, space, sampler, pruner, jobs, nested, model, columns, frames, inner, seed, leak, output, pictures, json,
        }.WithExamples(
            "lus train tune --features features_20/xception --folds cross_val.json --labels videos.csv --trials 100",
            "lus train tune --features features_20/layers --model my-layers --folds cross_val.json --labels videos.csv --trials 200 --jobs 2 --storage sqlite:///optuna.db",
            "lus train tune --features features_20/xception --folds cross_val.json --labels videos.csv --space space.json --sampler grid --pruner none",
            "lus train tune --features features_20/xception --folds cross_val.json --labels videos.csv --head lstm --storage postgresql://me@localhost/optuna --study lstm");
        heads.AddTo(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var begun = TimeProvider.System.GetTimestamp();
            var report = result.GetRequiredValue(output).FullName;
            WholeFile.RequireFolder(report);
            if (HasPassword(result.GetRequiredValue(storage)))
                await result.InvocationConfiguration.Error.WriteLineAsync("--storage has a password, and every user of this machine can read it there. Leave it out, and give it in PGPASSWORD or ~/.pgpass.");
            var folder = result.GetRequiredValue(features).FullName;
            var (layers, fit) = heads.Read(result);
            var bundle = new Lazy<Bundle>(() => Bundle.Load(BundleCatalog.Find(result.GetValue(model))));
            var table = result.GetValue(labels) is { } file ? VideoLabels.Read(file.FullName).Table : null;
            var data = FoldedClips.Read(folder, result.GetRequiredValue(folds).FullName, table, result.GetValue(frames));
            var leaks = LeakCheck.Find(data.Clips, data.Folds);
            if (!result.GetValue(leak))
                LeakCheck.Refuse(leaks);
            var range = result.GetValue(columns) is { } text ? FeatureColumnsText.Read(text, bundle.Value) : null;
            if (range is var (first, last))
                data = data with { Clips = data.Clips.Columns(first, last - first + 1) };
            var parameters = Space(
                result.GetValue(space)?.FullName, range is null && result.GetValue(model) is not null ? bundle.Value : null, data,
                [.. heads.Given(result), .. range is null ? Array.Empty<string>() : [TuneParameters.Columns]]);
            var request = new TuneRequest
            {
                Data = data,
                Storage = result.GetRequiredValue(storage),
                Study = result.GetValue(study) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
                Metric = TuneMetric.All.First(metric => metric.Name == result.GetRequiredValue(objective)),
                Start = new(layers, fit),
                Space = parameters,
                Columns = TuneRequest.ColumnsOf(parameters, () => bundle.Value, data),
                Sampler = Samplers[result.GetRequiredValue(sampler)](),
                Pruner = Pruners[result.GetRequiredValue(pruner)](),
                Trials = result.GetRequiredValue(trials),
                Jobs = result.GetRequiredValue(jobs),
                InnerFolds = result.GetRequiredValue(inner),
                Seed = result.GetRequiredValue(seed),
                Work = Path.ChangeExtension(report, null) + ".trials",
            };
            var run = new TuneRun(request);
            IReadOnlyList<NestedFold> outer = [];
            try
            {
                if (result.GetValue(nested))
                    outer = run.SearchNested(cancellation);
                run.Search(cancellation);
            }
            catch (OperationCanceledException)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"{run.Trials.Count(trial => trial.HasResult)} of {request.Trials} trials are kept in the study '{request.Study}': the same command goes on from there.");
                throw;
            }
            var made = Report(result, request, run, outer, string.Join(' ', new[]
            {
                "lus train fit", $"--features {folder}", $"--folds {result.GetRequiredValue(folds).FullName}",
                result.GetValue(labels) is { } known ? $"--labels {known.FullName}" : "", result.GetValue(model) is { } name ? $"--model {name}" : "",
                result.GetValue(columns) is { } chosen ? $"--columns {chosen}" : "", result.GetValue(frames) is { } number ? $"--frames {number}" : "",
            }.Where(part => part.Length > 0)), leaks.Count);
            SearchHtml.Write(report, made);
            if (result.GetValue(pictures) is { } drawn)
                SearchPictures.Write(drawn.FullName, made);
            await result.InvocationConfiguration.Output.WriteLineAsync(result.GetValue(json)
                ? Json(made, request, report, TimeProvider.System.GetElapsedTime(begun).TotalSeconds)
                : Lines(made, outer, report));
            return ExitCode.Done;
        });
        return command;
    }

    private static bool HasPassword(string storage) => Uri.TryCreate(storage, UriKind.Absolute, out var address) && address.UserInfo.Contains(':', StringComparison.Ordinal);

    /// <summary>The parameters to search: those of the file or the usual ones, without those that are given.</summary>
    private static Dictionary<string, Distribution> Space(string? file, Bundle? bundle, FoldedClips data, string[] given)
    {
        var space = new Dictionary<string, Distribution>(file is null ? TuneSpace.Default : TuneSpace.Read(file), StringComparer.Ordinal);
        if (file is null && bundle is { Manifest.Layers.Count: > 1 } && bundle.Features == data.Clips.Width)
            space.Add(TuneParameters.Columns, CategoricalDistribution.OfTexts([.. bundle.Manifest.Layers.Select(layer => layer.Name)]));
        foreach (var name in given)
            space.Remove(name);
        return space.Count > 0 ? space : throw new SearchException("Nothing is left to search: every parameter is given. Leave some out, or give others with --space.");
    }

    private static SearchReport Report(ParseResult result, TuneRequest request, TuneRun run, IReadOnlyList<NestedFold> outer, string fit, int leaks)
    {
        var best = run.Trials.Best(request.Metric.Direction);
        var warnings = new List<string>
        {
            outer.Count == 0
                ? "The best value is too good: it was chosen on the test sides. What new patients will see is less (lus train tune --nested measures it)."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"The best value is too good: it was chosen on the test sides. Searches within the train sides reached {request.Metric.Title} {outer.Average(fold => fold.Test):0.000} on the test sides: expect that."),
        };
        if (!request.Data.PatientsKnown)
            warnings.Add(FoldedClips.WithoutPatients);
        if (leaks > 0)
            warnings.Add($"{leaks} leaks were allowed: the test sides are not independent of the train sides, so the figures are too good.");
        return new()
        {
            Name = request.Study,
            Place = run.Place,
            Command = TrainArguments.CommandLine(result, "--storage"),
            MadeAt = TimeProvider.System.GetUtcNow(),
            Version = typeof(TrainTuneCommand).Assembly.GetName().Version!.ToString(3),
            Metric = request.Metric.Title,
            Direction = request.Metric.Direction,
            Trials = run.Trials,
            Importance = ParameterImportance.Of(run.Trials, request.Seed),
            ImportanceMethod = ParameterImportance.Method,
            BestCommand = best is null ? null : $"{fit} {request.Arguments(best.Parameters)} --seed {request.Seed.ToString(CultureInfo.InvariantCulture)} --out my-bundle",
            Settings =
            [
                new("objective", $"{request.Metric.Title}, mean of {request.Data.Folds.Count} folds of {request.Data.Clips.Clips.Count} clips"),
                new("fixed", $"{request.Start.Head.Arguments} {request.Start.Fit.Arguments}"),
                new("inner folds for the temperature", request.InnerFolds.ToString(CultureInfo.InvariantCulture)),
                new("seed", request.Seed.ToString(CultureInfo.InvariantCulture)),
                .. request.Space.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new KeyValuePair<string, string>($"space: {pair.Key}", pair.Value.ToJson())),
                .. outer.Select(fold => new KeyValuePair<string, string>(
                    $"nested, fold {fold.Name}", string.Create(CultureInfo.InvariantCulture, $"{fold.Inner:0.000} within the train side, {fold.Test:0.000} on the test side: {fold.Arguments}"))),
            ],
            Warnings = warnings,
        };
    }

    private static string Lines(SearchReport made, IReadOnlyList<NestedFold> outer, string report)
    {
        var lines = new List<string>
        {
            $"{made.Name}: {Count(made, TrialState.Complete)} trials complete, {Count(made, TrialState.Pruned)} pruned, {Count(made, TrialState.Fail)} failed, in {made.Place}",
        };
        if (made.Best is { } best)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"best: {made.Metric} {best.Value:0.0000} (trial {best.Number})"));
            lines.AddRange(best.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"  {pair.Key} {pair.Value}"));
        }
        lines.AddRange(outer.Select(fold => string.Create(CultureInfo.InvariantCulture, $"nested, fold {fold.Name}: {fold.Inner:0.000} within the train side, {fold.Test:0.000} on the test side")));
        if (made.Importance.Count > 0)
            lines.Add($"importance ({made.ImportanceMethod}): {string.Join(", ", made.Importance.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} {one.Share:0.00}")))}");
        lines.AddRange(made.Warnings);
        if (made.BestCommand is { } command)
            lines.Add(command);
        return string.Join('\n', [.. lines, $"report: {report}", ResearchNotice.Text]);
    }

    private static string Json(SearchReport made, TuneRequest request, string report, double seconds) => JsonSerializer.Serialize(
        new(
            "tune", made.Name, made.Place, request.Metric.Name, Count(made, TrialState.Complete), Count(made, TrialState.Pruned), Count(made, TrialState.Fail),
            made.Best is { } best
                ? new(best.Number, best.Value!.Value, best.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Value.ToString()))
                : null,
            made.Importance.ToDictionary(one => one.Name, one => Math.Round(one.Share, 4)), made.ImportanceMethod, made.BestCommand, report, made.Warnings,
            Math.Round(seconds, 3), ResearchNotice.Text),
        CliJson.Lines.TrainTuneJson);

    private static int Count(SearchReport made, TrialState state) => made.Trials.Count(trial => trial.State == state);

    private static Option<string> Choice(string name, string description, string value, IEnumerable<string> choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => value };
        option.AcceptOnlyFromAmong([.. choices]);
        return option;
    }
}
