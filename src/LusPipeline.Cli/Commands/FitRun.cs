using LusPipeline.Cli.Output;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Fitting;

namespace LusPipeline.Cli.Commands;

/// <summary>Trains and measures what a <see cref="FitRequest"/> asks for, and writes the bundle.</summary>
/// <param name="request">What to train.</param>
/// <param name="name">The bundle's name.</param>
internal sealed class FitRun(FitRequest request, string name)
{
    /// <summary>The measures that a bundle's manifest and card show.</summary>
    private static readonly string[] Shown = ["accuracy", "balancedAccuracy", "macroAuroc", "calibrationError", "covidRecall", "covidSpecificity"];

    /// <summary>The head's epochs.</summary>
    public IReadOnlyList<FitEpoch> Epochs { get; private set; } = [];

    /// <summary>The folder that keeps finished folds until a bundle is written.</summary>
    /// <param name="folder">The new bundle's folder.</param>
    public static string FoldsFolder(string folder) => Path.Combine(FitRequest.WorkOf(folder), "folds");

    /// <param name="interrupted">Ends the training of the head with its best weights so far, and anything before it without a result.</param>
    /// <exception cref="OperationCanceledException">It was interrupted before there was a head. What is finished is kept.</exception>
    public Bundle Run(CancellationToken interrupted)
    {
        TrainedBundle.RequireFits(request.Out, request.Source, request.Whole, request.Features);
        Directory.CreateDirectory(request.Work);
        try
        {
            var bundle = TrainAndWrite(interrupted);
            Directory.Delete(request.Work, recursive: true);
            return bundle;
        }
        finally
        {
            if (Directory.Exists(request.Work) && !Directory.EnumerateFiles(request.Work, "*", SearchOption.AllDirectories).Any())
                Directory.Delete(request.Work, recursive: true);
        }
    }

    private Bundle TrainAndWrite(CancellationToken interrupted)
    {
        var metrics = new List<BundleMetric>();
        if (request is { Folds: not null, Fold: null })
            metrics.AddRange(MeasureFolds(interrupted));
        var display = new FitDisplay(1, Terminal.Error, TimeProvider.System);
        using var head = CalibratedHead.Fit(
            request.Training, request.Recipe, new ProgressCall<FitStep>(step => display.Show(0, step)), fit => new(Path.Combine(request.Work, $"head-{fit}.fit")), stop: default, keep: interrupted);
        if (request.Fold is { } fold)
        {
            var test = request.Clips.Select(fold.Test);
            var measured = new Measures([.. VideoPredictions.Of(request.Clips, fold.Name, fold.Test, head.Predict(test))]);
            metrics.AddRange(Metrics(measure => measure.Of(measured), $"on the {test.Clips.Count} clips of the test side of fold {fold.Name}"));
        }
        Epochs = head.Head.Epochs;
        return TrainedBundle.Write(request.Out, request.Source, head.Head, request.WholeTraining, new()
        {
            Name = name,
            FeatureSet = request.Features,
            FirstColumn = request.FirstColumn,
            Fold = request.Fold?.Name,
            PatientsKnown = request.PatientsKnown,
            Temperature = head.Temperature ?? 1,
            EndedEarly = interrupted.IsCancellationRequested,
            Metrics = metrics,
        });
    }

    /// <summary>Trains a head for each fold and measures it on the test side.</summary>
    private IEnumerable<BundleMetric> MeasureFolds(CancellationToken interrupted)
    {
        var data = request.Folds!;
        var display = new FitDisplay(data.Folds.Count, Terminal.Error, TimeProvider.System);
        var folds = new HeadEvaluation(data, request.Recipe, FoldsFolder(request.Out)).Run(display.Show, interrupted);
        var measured = folds.Select(fold => new Measures(fold.Predictions)).ToArray();
        return Metrics(
            measure => measured.Average(measure.Of),
            $"mean of {folds.Count} folds of {data.Clips.Clips.Count} clips, by heads trained on the other folds in the same way");
    }

    private IEnumerable<BundleMetric> Metrics(Func<Measure, double> value, string how)
    {
        var notes = string.Concat(request.Warnings().Select(warning => $"; {warning.TrimEnd('.')}"));
        return Measure.All.Where(measure => Shown.Contains(measure.Name))
            .Select(measure => new BundleMetric(measure.Name, Math.Round(value(measure), 4), how + notes));
    }
}
