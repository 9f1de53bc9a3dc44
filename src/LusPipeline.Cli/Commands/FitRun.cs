using System.Globalization;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Probabilities;
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

    /// <summary>Measures of all folds together: a fold has too few videos for a calibration error.</summary>
    private static readonly string[] Pooled = ["calibrationError"];

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
        double? threshold = null;
        if (request is { Folds: not null, Fold: null })
        {
            var folds = TrainFolds(interrupted);
            metrics.AddRange(MeasuredOn(folds));
            threshold = UncertainThreshold.Find([.. folds.SelectMany(fold => fold.Predictions)])?.Value;
        }
        var display = new FitDisplay(1, Terminal.Error, TimeProvider.System);
        using var head = CalibratedHead.Fit(
            request.Training, request.Recipe, new ProgressCall<FitStep>(step => display.Show(0, step)), fit => new(Path.Combine(request.Work, $"head-{fit}.fit")), stop: default, keep: interrupted);
        if (request.Fold is { } fold)
        {
            var test = request.Clips.Select(fold.Test);
            var measured = new Measures([.. VideoPredictions.Of(request.Clips, fold.Name, fold.Test, head.Predict(test))]);
            metrics.AddRange(Metrics(measure => measure.Of(measured), _ => $"on the {test.Clips.Count} clips of the test side of fold {fold.Name}"));
        }
        Epochs = head.Head.Epochs;
        return TrainedBundle.Write(request.Out, request.Source, head.Head, request.WholeTraining, new()
        {
            Name = name,
            FeatureSet = request.Features,
            Further = request.Augment,
            Threshold = threshold is { } derived ? Math.Round(derived, 3) : null,
            FirstColumn = request.FirstColumn,
            Fold = request.Fold?.Name,
            PatientsKnown = request.PatientsKnown,
            Temperature = head.Temperature ?? 1,
            EndedEarly = interrupted.IsCancellationRequested,
            Metrics = metrics,
        });
    }

    /// <summary>Trains a head for each fold and lets it predict the test side.</summary>
    private IReadOnlyList<FinishedFold> TrainFolds(CancellationToken interrupted)
    {
        var data = request.Folds!;
        var display = new FitDisplay(data.Folds.Count, Terminal.Error, TimeProvider.System);
        return new HeadEvaluation(data, request.Recipe, FoldsFolder(request.Out)).Run(display.Show, interrupted);
    }

    private IEnumerable<BundleMetric> MeasuredOn(IReadOnlyList<FinishedFold> folds)
    {
        var videos = folds.SelectMany(fold => fold.Predictions).ToArray();
        var (measured, pooled) = (folds.Select(fold => new Measures(fold.Predictions)).ToArray(), new Measures(videos));
        const string SameWay = "by heads trained on the other folds in the same way";
        var metrics = Metrics(
            measure => Pooled.Contains(measure.Name) ? measure.Of(pooled) : measured.Average(measure.Of),
            measure => Pooled.Contains(measure.Name) ? $"{videos.Length} videos of {folds.Count} folds together, {SameWay}" : $"mean of {folds.Count} folds of {videos.Length} videos, {SameWay}");
        // The operating point that lus train evaluate shows, too.
        var (wanted, sensitivity) = TrainArguments.UsualSensitivities[0];
        var point = OperatingPoint.Find(videos, wanted, sensitivity);
        var place = string.Create(CultureInfo.InvariantCulture, $"{videos.Length} videos of {folds.Count} folds together, {SameWay}; from a probability of {point.Threshold:0.000} on");
        return [
            .. metrics,
            new($"{wanted.Name()}SensitivityAtPoint", Math.Round(point.Reached.Sensitivity, 4), place),
            new($"{wanted.Name()}SpecificityAtPoint", Math.Round(point.Reached.Specificity, 4), place),
        ];
    }

    private IEnumerable<BundleMetric> Metrics(Func<Measure, double> value, Func<Measure, string> how)
    {
        var notes = string.Concat(request.Warnings().Select(warning => $"; {warning.TrimEnd('.')}"));
        return Measure.All.Where(measure => Shown.Contains(measure.Name))
            .Select(measure => new BundleMetric(measure.Name, Math.Round(value(measure), 4), how(measure) + notes));
    }
}
