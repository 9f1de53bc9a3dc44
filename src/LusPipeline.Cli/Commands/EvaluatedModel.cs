using System.Globalization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Children;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;
using LusPipeline.Training.Reports;

namespace LusPipeline.Cli.Commands;

/// <summary>A model's predictions for the test sides of folds, and what a report says of how they were made.</summary>
internal sealed record EvaluatedModel
{
    /// <summary>A short name.</summary>
    public required string Name { get; init; }

    public required FoldedClips Data { get; init; }

    public required IReadOnlyList<Prediction> Predictions { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>How many of the videos a bundle's head was trained on; null if nobody knows, or if a head was trained for each fold.</summary>
    public int? TrainedOn { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<Leak> Leaks { get; init; } = [];

    public IReadOnlyDictionary<string, double> Temperatures { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<LearningCurve> Curves { get; init; } = [];

    /// <summary>Lets a bundle's head predict. Nothing is trained, so the train sides do not matter.</summary>
    /// <exception cref="BundleException">The bundle cannot be used.</exception>
    public static async Task<EvaluatedModel> OfBundleAsync(EvaluationRequest request, string nameOrFolder, CancellationToken cancellation)
    {
        var bundle = Bundle.Load(BundleCatalog.Find(nameOrFolder));
        var data = request.Read(request.Frames ?? bundle.Frames);
        await BundleTrial.RunAsync(bundle, MediaSettings.Read(), cancellation);
        var predictions = BundlePredictions.Predict(bundle, data, cancellation);
        var trainedOn = BundlePredictions.TrainedOn(bundle, data);
        return new()
        {
            Name = request.Name ?? bundle.Name,
            Data = data,
            Predictions = predictions,
            Settings =
            [
                new("bundle", $"{bundle.Name} {bundle.Version}, {bundle.Folder}"), new("bundle's id", bundle.Id),
                new("bundle's threshold for uncertain", bundle.Threshold.ToString(CultureInfo.InvariantCulture)),
            ],
            TrainedOn = trainedOn,
            Warnings = [.. BundleWarnings(predictions, trainedOn)],
        };
    }

    /// <summary>Trains a head for each fold, or takes those that an earlier call has finished.</summary>
    /// <exception cref="TrainingDataException">A fold's sides are not independent, and that is not allowed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<EvaluatedModel> OfHeadsAsync(
        EvaluationRequest request, (HeadOptions Head, FitOptions Fit) options, int innerFolds, CancellationToken cancellation)
    {
        var data = request.Read(request.Frames);
        var leaks = LeakCheck.Find(data.Clips, data.Folds);
        if (!request.AllowLeak)
            LeakCheck.Refuse(leaks);
        var display = new FitDisplay(data.Folds.Count, Terminal.Error, TimeProvider.System);
        var recipe = new HeadRecipe(options.Head, options.Fit, innerFolds, request.Seed);
        var evaluation = new HeadEvaluation(data, recipe, request.FinishedFolds);
        IReadOnlyList<FinishedFold> folds;
        try
        {
            folds = evaluation.Run(display.Show, cancellation);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                $"{evaluation.Finished} of {data.Folds.Count} folds are finished and kept in {request.FinishedFolds}: the same command goes on from there.");
            throw;
        }
        return new()
        {
            Name = request.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Features)),
            Data = data,
            Predictions = [.. folds.SelectMany(fold => fold.Predictions)],
            Settings =
            [
                new("head", options.Head.Arguments), new("training", options.Fit.Arguments),
                new("inner folds for the temperature", innerFolds.ToString(CultureInfo.InvariantCulture)),
            ],
            Warnings = folds.Any(fold => fold.Temperature is null) && innerFolds > 0
                ? ["A train side has fewer than two patients of a class, so there its probabilities have no temperature."]
                : [],
            Leaks = leaks,
            Temperatures = folds.Where(fold => fold.Temperature is not null).ToDictionary(fold => fold.Name, fold => fold.Temperature!.Value),
            Curves = [.. folds.Select(fold => new LearningCurve(fold.Name, fold.Points))],
        };
    }

    /// <param name="trainedOn">How many of the videos the head was trained on; null if nobody knows.</param>
    private static IEnumerable<string> BundleWarnings(IReadOnlyList<Prediction> predictions, int? trainedOn)
    {
        const string Useless = "the figures say nothing about new patients.";
        if (trainedOn > 0)
            yield return $"The head was trained on {trainedOn} of these {predictions.Count} videos, so {Useless}";
        else if (trainedOn is null)
            yield return $"The manifest does not say on which videos the head was trained. If it was trained on these, {Useless}";
        if (trainedOn is null or 0 && predictions.All(prediction => prediction.IsRight))
            yield return "Every prediction is right. That is what a model gives for the videos that it was trained on.";
    }

    /// <summary>The report with all figures.</summary>
    public EvaluationReport Report(EvaluationRequest request, EvaluationResult result) => new()
    {
        Model = Name,
        Command = request.Command,
        MadeAt = TimeProvider.System.GetUtcNow(),
        Version = typeof(EvaluatedModel).Assembly.GetName().Version!.ToString(3),
        Frames = Data.Clips.Frames,
        Features = Data.Clips.Width,
        Seed = request.Seed,
        BootstrapRounds = PatientBootstrap.DefaultRounds,
        Settings = [new("features", request.Features), new("folds", request.Folds), new("labels", request.Labels ?? "none"), .. Settings],
        Warnings = Data.PatientsKnown ? Warnings : [.. Warnings, FoldedClips.WithoutPatients],
        TrainedOn = TrainedOn,
        Leaks = Leaks,
        Temperatures = Temperatures,
        Curves = Curves,
        Result = result,
    };
}
