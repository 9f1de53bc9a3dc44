using System.Globalization;
using CsvHelper;
using LusPipeline.Buckets;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;

namespace LusPipeline.Cli.Commands;

/// <summary>Trains from labelled videos: features, folds by patient, a head and its evaluation on each fold, the report, and the bundle.</summary>
internal sealed class TrainVideosRun(TrainVideosRequest request)
{
    private string FoldsFile => Path.Combine(request.Work, "cross_val.json");

    private string LabelsFile => Path.Combine(request.Work, "labels.csv");

    /// <summary>Videos that are not trained on, with their reasons.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary>The evaluation on the folds.</summary>
    public EvaluationReport? Report { get; private set; }

    public FitRequest? Fit { get; private set; }

    public FitRun? Training { get; private set; }

    /// <param name="interrupted">Ends the training of the bundle's head with its best weights so far, and anything before it without a result.</param>
    /// <exception cref="OperationCanceledException">It was interrupted before there was a head. What is finished is kept.</exception>
    public async Task<Bundle> RunAsync(CancellationToken interrupted)
    {
        BundleWriter.RequireFree(request.Out);
        PrivateFolder.Make(request.Work);
        var features = await FeaturesAsync(interrupted);
        var labels = WriteFolds(features.Readable());

        var evaluation = new EvaluationRequest
        {
            Command = request.Command,
            Features = features.Folder,
            Augment = features.Varied,
            Folds = FoldsFile,
            Labels = labels,
            Columns = request.Columns,
            AllowLeak = request.AllowLeak,
            Seed = request.Seed,
            Name = request.Name,
            FinishedFolds = FitRun.FoldsFolder(request.Out),
        };
        var evaluated = await EvaluatedModel.OfHeadsAsync(evaluation, (request.Head, request.Fit), request.InnerFolds, interrupted);
        Report = evaluated.Report(evaluation, EvaluationResult.Compute(
            evaluated.Predictions, TrainArguments.UsualSensitivities, new(PatientBootstrap.DefaultRounds, request.Seed)));
        HtmlReport.Write(request.Report, Report);

        Fit = FitRequest.Read(
            request.Out, request.Source, features.Folder, labels is null ? null : VideoLabels.Read(labels).Table, frames: null, request.Columns, FoldsFile, foldName: null,
            request.AllowLeak, new(request.Head, request.Fit, request.InnerFolds, request.Seed), features.Varied);
        Training = new FitRun(Fit, request.Name);
        var bundle = Training.Run(interrupted);
        Directory.Delete(request.Work, recursive: true);
        return bundle;
    }

    private async Task<TrainedFeatures> FeaturesAsync(CancellationToken interrupted)
    {
        using var videos = LabelledVideos.Open(request.Paths);
        // The features' report names what is left out, too.
        var labelled = await LabelledVideos.ListAsync(videos, request.Paths, request.Labels, leftOut: [], interrupted);
        var features = new TrainedFeatures(request.Work, request.Source, request.Variant, request.Paths, videos, request.Labels, labelled, request.Vary);
        LeftOut = await features.MakeAsync(interrupted);
        return features;
    }

    /// <summary>Spreads the videos over folds.</summary>
    /// <returns>The file that says which patient a video is of; null if each video counts for itself.</returns>
    private string? WriteFolds(LabelTable videos)
    {
        var folded = DatasetFolds.Assign(videos, request.Group, request.Folds, request.Seed);
        // An attempt with other options may have left other folds.
        File.Delete(FoldsFile);
        CrossValidationFile.Write(FoldsFile, CrossValidation.From([.. folded.Select(video => (new FoldVideo(video.Name, video.Row.Label), video.Fold))]));
        if (request.Group == FoldGroup.Video)
            return null;
        using var file = new StreamWriter(LabelsFile);
        using var csv = new CsvWriter(file, CultureInfo.InvariantCulture);
        foreach (var cell in new[] { "file", "label", "patient", "sha256" })
            csv.WriteField(cell);
        foreach (var row in videos.Rows)
        {
            csv.NextRecord();
            foreach (var cell in new[] { row.File, row.Label.Name(), row.Patient, row.Content })
                csv.WriteField(cell);
        }
        return LabelsFile;
    }
}
