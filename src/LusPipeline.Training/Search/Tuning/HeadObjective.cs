using System.Globalization;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>Trains heads with a trial's parameters on the folds. After each fold it reports the mean so far.</summary>
public sealed class HeadObjective
{
    /// <summary>The clips with all columns, and the folds.</summary>
    public required FoldedClips Data { get; init; }

    /// <summary>What the parameters do not say.</summary>
    public required TunedHead Start { get; init; }

    /// <summary>The first and last column of each choice of the parameter <c>columns</c>.</summary>
    public IReadOnlyDictionary<string, (int First, int Last)> Columns { get; init; } = new Dictionary<string, (int First, int Last)>();

    public required TuneMetric Metric { get; init; }

    /// <summary>How many further heads are trained for the temperature; 0 for none. Only the log loss depends on it.</summary>
    public required int InnerFolds { get; init; }

    /// <summary>The seed of weights, batches and dropout: the same for all trials.</summary>
    public required int Seed { get; init; }

    /// <summary>The folder that keeps finished folds of trials that are not finished.</summary>
    public required string Folder { get; init; }

    /// <summary>Told of a trial's number, the fold from 0 and the epoch; null for nobody.</summary>
    public Action<int, int, FitStep>? Progress { get; init; }

    /// <returns>The mean over the folds; null if the trial was pruned.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; finished folds are kept.</exception>
    public double? Try(RunningTrial trial, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(trial);
        var tuned = TuneParameters.Apply(Start, trial.Parameters);
        trial.Note("arguments", $"{tuned.Head.Arguments} {tuned.Fit.Arguments}{(tuned.Columns is null ? "" : $" --columns {tuned.Columns}")}");
        var folder = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"trial-{trial.Origin}"));
        var evaluation = new HeadEvaluation(Chosen(tuned.Columns), new(tuned.Head, tuned.Fit, InnerFolds, Seed), folder);
        var sum = 0.0;
        var done = 0;
        double? result = null;
        foreach (var fold in evaluation.Folds((number, step) => Progress?.Invoke(trial.Number, number, step), stop))
        {
            sum += Metric.Of(new Measures(fold.Predictions));
            var isBehind = trial.Report(done, sum / (done + 1));
            if (++done == Data.Folds.Count)
                result = sum / done;
            else if (isBehind)
                break;
        }
        Directory.Delete(folder, recursive: true);
        return result;
    }

    /// <summary>The data with the columns that a choice names.</summary>
    public FoldedClips Chosen(string? choice) => choice is not null && Columns.TryGetValue(choice, out var range)
        ? Data with { Clips = Data.Clips.Columns(range.First, range.Last - range.First + 1) }
        : choice is null ? Data : throw new TrainingDataException($"The parameter columns cannot be '{choice}'. Give a choice with --space that the features have.");
}
