using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Fitting;

namespace LusPipeline.Training.Experiments;

/// <summary>
/// A head that is trained on all clips of a train side, with the temperature that suits heads of its kind: it comes from the predictions that heads
/// of the inner folds make for the patients they have not seen. So no patient has to be kept from the head itself.
/// </summary>
public sealed class CalibratedHead : IDisposable
{
    private readonly FittedHead _head;

    private CalibratedHead(FittedHead head, IReadOnlyList<Prediction> inner, IReadOnlyList<FitEpoch> shown)
    {
        _head = head;
        if (inner.Count > 0)
        {
            var temperature = Evaluation.Temperature.Fit(inner);
            Temperature = temperature;
            InnerLoss = new Measures([.. inner.Select(one => one with { Probabilities = Evaluation.Temperature.Apply(one.Probabilities, temperature) })]).LogLoss;
        }
        Shown = shown;
    }

    /// <summary>The head, without the temperature.</summary>
    public FittedHead Head => _head;

    /// <summary>The temperature; null if there are no inner folds.</summary>
    public double? Temperature { get; }

    /// <summary>
    /// The log loss, at the temperature, of the inner heads' predictions for patients that they have not seen; null if there are no inner folds. It chooses
    /// between recipes without a look at the test side.
    /// </summary>
    public double? InnerLoss { get; }

    /// <summary>The epochs of the first inner head, which have figures of patients that it has not seen; those of the head itself without inner folds.</summary>
    public IReadOnlyList<FitEpoch> Shown { get; }

    /// <param name="training">The clips to train on.</param>
    /// <param name="recipe">How.</param>
    /// <param name="progress">Is told of each epoch.</param>
    /// <param name="checkpoint">Gives the file from which the training of a head, by its number, goes on; null for none.</param>
    /// <param name="stop">Ends the training without a result.</param>
    /// <param name="keep">Ends the training of the head itself with its best weights so far, and that of an inner head without a result.</param>
    /// <exception cref="OperationCanceledException">It was ended without a result.</exception>
    /// <exception cref="Heads.HeadException">An option is out of range, or the clips cannot be trained on.</exception>
    /// <exception cref="TrainingDataException">Early stopping is wished, and a class has too few patients for a validation part.</exception>
    public static CalibratedHead Fit(
        LabelledClips training, HeadRecipe recipe, IProgress<FitStep>? progress, Func<int, FitCheckpoint>? checkpoint,
        CancellationToken stop, CancellationToken keep = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(recipe);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, keep);
        var inner = InnerFolds.Of(training, recipe.InnerFolds, recipe.Seed);
        var predictions = new List<Prediction>();
        IReadOnlyList<FitEpoch>? shown = null;
        foreach (var (number, fold) in inner.Index())
        {
            var validation = training.Select(fold.Test);
            using var head = FitOne(number + 1, training.Select(fold.Train), validation, either.Token, default);
            predictions.AddRange(VideoPredictions.Of(training, fold.Name, fold.Test, head.Predict(validation)));
            shown ??= head.Epochs;
        }
        var final = FitFinal();
        return new(final, predictions, shown ?? final.Epochs);

        FittedHead FitFinal()
        {
            if (recipe.Fit.Patience == 0)
                return FitOne(inner.Count + 1, training, null, stop, keep);
            // Early stopping needs patients whom the head is not trained on.
            var parts = inner.Count > 0 ? inner : InnerFolds.Of(training, HeadRecipe.DefaultInnerFolds, recipe.Seed);
            return parts is [var part, ..]
                ? FitOne(inner.Count + 1, training.Select(part.Train), training.Select(part.Test), stop, keep)
                : throw new TrainingDataException("Early stopping needs at least two patients of each class on the train side. Give --patience 0, or more patients.");
        }

        FittedHead FitOne(int number, LabelledClips clips, LabelledClips? validation, CancellationToken ended, CancellationToken kept)
        {
            var report = progress is null ? null : new ProgressCall<FitEpoch>(epoch => progress.Report(new(number, inner.Count + 1, epoch)));
            return HeadFitter.Fit(clips, validation, recipe.Head, recipe.Fit, recipe.Seed, report, checkpoint?.Invoke(number), ended, kept);
        }
    }

    /// <summary>The probabilities of clips, at the temperature.</summary>
    public IReadOnlyList<ClassProbabilities> Predict(LabelledClips clips)
    {
        var raw = _head.Predict(clips);
        return Temperature is { } temperature ? [.. raw.Select(one => Evaluation.Temperature.Apply(one, temperature))] : raw;
    }

    public void Dispose() => _head.Dispose();
}
