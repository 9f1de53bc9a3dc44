using LusPipeline.Buckets;
using LusPipeline.Hosting.Offline;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;

namespace LusPipeline.Cli.Commands;

/// <summary>
/// Makes the paper's table: a row for each backbone and number of frames. Rows that are there are kept, and each new one is written as soon as it is known.
/// </summary>
internal sealed class GridRun(GridRequest request)
{
    private readonly List<string> _leftOut = [];
    private LabelTable? _videos;

    /// <summary>Videos that are in no set, with their reasons.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The rows that were there already.</summary>
    public int Kept { get; private set; }

    /// <param name="done">Is told of each row that is new: its model, its evaluation, and the numbers of rows that are done and wanted.</param>
    /// <exception cref="OperationCanceledException">It was stopped; rows, features and finished folds are kept.</exception>
    public async Task RunAsync(Action<string, EvaluationReport, int, int> done, CancellationToken stop)
    {
        var wanted = request.Backbones.SelectMany(backbone => request.Frames.Select(frames => (Backbone: backbone, Frames: frames, Model: $"{backbone.Name}-{frames}"))).ToArray();
        var open = wanted.Where(row => !EvaluationCsv.Has(request.Out, request.Study, row.Model)).ToArray();
        Kept = wanted.Length - open.Length;
        // A process may have been killed between a row and the end of its folder.
        foreach (var row in wanted.Except(open).Where(row => Directory.Exists(Folder(row.Model))))
            Directory.Delete(Folder(row.Model), recursive: true);
        var written = Kept;
        using var videos = request.Videos.Count > 0 ? LabelledVideos.Open(request.Videos) : null;
        foreach (var rows in open.GroupBy(row => row.Backbone))
        {
            var set = rows.Key.Set ?? await MakeFeaturesAsync(videos!, rows.Key, stop);
            foreach (var (_, frames, model) in rows)
            {
                var report = await EvaluateAsync(set, frames, model, stop);
                EvaluationCsv.Add(request.Out, request.Study, model, report);
                Directory.Delete(Folder(model), recursive: true);
                done(model, report, ++written, wanted.Length);
            }
        }
        if (Directory.Exists(request.Work) && !Directory.EnumerateFileSystemEntries(request.Work).Any())
            Directory.Delete(request.Work);
    }

    private async Task<string> MakeFeaturesAsync(OfflineVideos videos, GridBackbone backbone, CancellationToken stop)
    {
        PrivateFolder.MakeIfMissing(request.FeaturesFolder);
        var folder = Path.Combine(request.FeaturesFolder, backbone.Name);
        PrivateFolder.MakeIfMissing(folder);
        _videos ??= RequireAll(await LabelledVideos.ListAsync(videos, request.Videos, request.Labels, _leftOut, stop));
        var features = new TrainedFeatures(folder, backbone.Bundle!, request.Variant, request.Videos, videos, request.Labels, _videos);
        foreach (var line in await features.MakeAsync(stop))
        {
            if (!_leftOut.Contains(line))
                _leftOut.Add(line);
        }
        return features.Folder;
    }

    /// <summary>A labelled video that is missing is found before hours of work: no row of the table can be made without it.</summary>
    private LabelTable RequireAll(LabelTable listed)
    {
        var lines = listed.Rows.Select(row => row.Line).ToHashSet();
        return request.Labels.Table is { } table && table.Rows.FirstOrDefault(row => !lines.Contains(row.Line)) is { } missing
            ? throw new TrainingDataException($"{table.Place(missing)}: there is no such video under {string.Join(", ", request.Videos)}, or it cannot be used. Remove the row, and the video from the folds.")
            : listed;
    }

    private async Task<EvaluationReport> EvaluateAsync(string set, int frames, string model, CancellationToken stop)
    {
        PrivateFolder.MakeIfMissing(request.Work);
        var evaluation = new EvaluationRequest
        {
            Command = request.Command,
            Features = set,
            Folds = request.Folds,
            Labels = request.LabelsFile,
            Frames = frames,
            AllowLeak = request.AllowLeak,
            Seed = request.Seed,
            Name = model,
            FinishedFolds = Folder(model),
        };
        var evaluated = await EvaluatedModel.OfHeadsAsync(evaluation, request.Options, request.InnerFolds, stop);
        return evaluated.Report(evaluation, EvaluationResult.Compute(evaluated.Predictions, [], new(PatientBootstrap.DefaultRounds, request.Seed)));
    }

    private string Folder(string model) => Path.Combine(request.Work, model);
}
