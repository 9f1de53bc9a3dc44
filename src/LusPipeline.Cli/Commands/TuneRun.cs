using LusPipeline.Cli.Output;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;

namespace LusPipeline.Cli.Commands;

/// <summary>Runs the search of a <see cref="TuneRequest"/>.</summary>
internal sealed class TuneRun(TuneRequest request)
{
    /// <summary>Where the search is, without a password.</summary>
    public string Place { get; private set; } = "";

    /// <summary>All trials of the search, by number.</summary>
    public IReadOnlyList<Trial> Trials { get; private set; } = [];

    /// <summary>Goes on until there are enough trials.</summary>
    /// <exception cref="OperationCanceledException">It was stopped. What is finished is in the storage.</exception>
    public void Search(CancellationToken stop)
    {
        var plan = request.Plan();
        using var run = SearchRun.Open(request.Storage, plan, TimeProvider.System);
        var display = new TuneDisplay(plan.Trials, request.Data.Folds.Count, plan.Direction, Terminal.Error, TimeProvider.System);
        Place = run.Place;
        Trials = run.Trials();
        display.Begin(Trials);
        run.Ended += display.Ended;
        try
        {
            run.Run(request.Objective(display.Show).Try, stop);
        }
        catch (OperationCanceledException)
        {
            Trials = run.Trials();
            throw;
        }
        finally
        {
            display.End();
        }
        Trials = run.Trials();
        if (Directory.Exists(request.Work) && !Directory.EnumerateFileSystemEntries(request.Work).Any())
            Directory.Delete(request.Work);
    }

    /// <summary>
    /// Searches within the train side of each fold, and tests the best head of that search on the test side. No test video takes part in a choice, so the
    /// figures are honest.
    /// </summary>
    public IReadOnlyList<NestedFold> SearchNested(CancellationToken stop)
    {
        var folds = new List<NestedFold>();
        foreach (var fold in request.Data.Folds)
        {
            var train = request.Data.Clips.Select(fold.Train);
            var inner = InnerFolds.Of(train, Math.Max(2, request.Data.Folds.Count - 1), request.Seed);
            if (inner.Count == 0)
                throw new TrainingDataException($"Fold {fold.Name}: a class has fewer than two patients on the train side, so nothing can be searched within it.");
            var within = request with { Data = request.Data with { Clips = train, Folds = inner }, Study = $"{request.Study}/{fold.Name}", Work = Path.Combine(request.Work, fold.Name) };
            var run = new TuneRun(within);
            run.Search(stop);
            if (run.Trials.Best(request.Metric.Direction) is not { } best)
                throw new TrainingDataException($"Fold {fold.Name}: no trial is complete. Raise --trials.");
            var tuned = TuneParameters.Apply(request.Start, best.Parameters);
            var outer = request.Objective(null).Chosen(tuned.Columns) with { Folds = [fold] };
            var folder = Path.Combine(request.Work, $"{fold.Name}.test");
            var finished = new HeadEvaluation(outer, new(tuned.Head, tuned.Fit, request.InnerFolds, request.Seed), folder).Run(null, stop).Single();
            folds.Add(new(fold.Name, best.Value!.Value, request.Metric.Of(new Measures(finished.Predictions)), request.Arguments(best.Parameters)));
        }
        return folds;
    }
}

/// <summary>The result of a search within one train side.</summary>
/// <param name="Name">The fold.</param>
/// <param name="Inner">The best value within the train side.</param>
/// <param name="Test">The value on the test side.</param>
/// <param name="Arguments">The best head as options of <c>lus train fit</c>.</param>
internal sealed record NestedFold(string Name, double Inner, double Test, string Arguments);
