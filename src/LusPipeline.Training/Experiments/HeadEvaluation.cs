using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Reports;

namespace LusPipeline.Training.Experiments;

/// <summary>Trains a calibrated head on the train side of each fold and lets it predict the test side.</summary>
/// <param name="data">The clips and their folds.</param>
/// <param name="recipe">How a head is made.</param>
/// <param name="folder">The folder that keeps finished folds, so that an evaluation that was stopped goes on; made if it is missing.</param>
public sealed class HeadEvaluation(FoldedClips data, HeadRecipe recipe, string folder)
{
    /// <summary>The number of folds that are finished.</summary>
    public int Finished { get; private set; }

    /// <param name="progress">Is told of each epoch, with the number of the fold from 0.</param>
    /// <param name="stop">Ends the evaluation; finished folds are kept.</param>
    /// <returns>The folds, in their order.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<FinishedFold> Run(Action<int, FitStep>? progress, CancellationToken stop) => [.. Folds(progress, stop)];

    /// <summary>Does one fold after the other, as they are asked for.</summary>
    /// <inheritdoc cref="Run"/>
    public IEnumerable<FinishedFold> Folds(Action<int, FitStep>? progress, CancellationToken stop)
    {
        var store = new FinishedFolds(folder, data, recipe);
        for (var number = 0; number < data.Folds.Count; number++)
        {
            stop.ThrowIfCancellationRequested();
            if (store.Read(number) is not { } fold)
            {
                fold = Finish(store, number, progress, stop);
                store.Keep(number, fold);
            }
            Finished = number + 1;
            yield return fold;
        }
    }

    private FinishedFold Finish(FinishedFolds store, int number, Action<int, FitStep>? progress, CancellationToken stop)
    {
        var fold = data.Folds[number];
        var steps = progress is null ? null : new ProgressCall<FitStep>(step => progress(number, step));
        using var head = CalibratedHead.Fit(data.Clips.Select(fold.Train), recipe, steps, fit => new FitCheckpoint(store.Checkpoint(number, fit)), stop);
        var predictions = VideoPredictions.Of(data.Clips, fold.Name, fold.Test, head.Predict(data.Clips.Select(fold.Test)));
        return new(fold.Name, head.Temperature, [.. predictions], [.. Points(head.Shown)], head.InnerLoss);
    }

    /// <summary>The means over the members of an ensemble, epoch by epoch.</summary>
    private static IEnumerable<LearningPoint> Points(IReadOnlyList<FitEpoch> epochs) =>
        epochs.GroupBy(epoch => epoch.Epoch).OrderBy(epoch => epoch.Key).Select(epoch => new LearningPoint(
            epoch.Key, epoch.Average(one => one.Loss), epoch.Average(one => one.Accuracy),
            epoch.Average(one => one.ValidationLoss), epoch.Average(one => one.ValidationAccuracy)));
}

/// <summary>A fold whose head is trained and has predicted.</summary>
/// <param name="Name">The fold.</param>
/// <param name="Temperature">The temperature; null if there is none.</param>
/// <param name="Predictions">The predictions for the test side, at the temperature.</param>
/// <param name="Points">How the training went.</param>
/// <param name="InnerLoss">See <see cref="CalibratedHead.InnerLoss"/>.</param>
public sealed record FinishedFold(string Name, double? Temperature, IReadOnlyList<Prediction> Predictions, IReadOnlyList<LearningPoint> Points, double? InnerLoss);
