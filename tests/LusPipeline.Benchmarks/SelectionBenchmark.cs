using System.Diagnostics;
using System.Globalization;
using LusPipeline.Cli.Labels;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;
using LusPipeline.Training.Reports;

namespace LusPipeline.Benchmarks;

/// <summary>
/// How the default head was chosen: a few recipes are trained on the train side of each fold, and the one with the least log loss of its inner heads, which
/// look at the train side only, predicts the test side. So the last line says what the choosing itself is worth. Finished folds are kept in a folder.
/// </summary>
internal static class SelectionBenchmark
{
    private static readonly HeadOptions Lstm = HeadOptions.Default;
    private static readonly HeadOptions Mean = HeadOptions.Default with { Kind = HeadKind.Mean };
    private static readonly FitOptions Usual = FitOptions.Default;

    /// <summary>The recipes: what is read, whether further sets are trained on, the layers, how they are trained.</summary>
    private static readonly (string Name, string Columns, int Further, HeadOptions Head, FitOptions Fit)[] Recipes =
    [
        ("end", "0-2047", 0, Lstm, Usual),
        ("block 12", "2776-3503", 0, Lstm, Usual),
        ("block 9", "2048-2775", 0, Lstm, Usual),
        ("end, both variants", "0-2047", 1, Lstm, Usual),
        ("block 12, both variants", "2776-3503", 1, Lstm, Usual),
        ("block 9, both variants", "2048-2775", 1, Lstm, Usual),
        ("block 9, both, varied", "2048-2775", 3, Lstm, Usual with { Epochs = 12, Batch = 32 }),
        ("block 9, both, varied, decay 0.1", "2048-2775", 3, Lstm, Usual with { Epochs = 12, Batch = 32, WeightDecay = 0.1 }),
        ("block 9, both, varied, input dropout 0.3", "2048-2775", 3, Lstm with { InputDropout = 0.3 }, Usual with { Epochs = 12, Batch = 32 }),
        ("block 9, both, varied, decay 0.1, input dropout 0.3", "2048-2775", 3, Lstm with { InputDropout = 0.3 }, Usual with { Epochs = 12, Batch = 32, WeightDecay = 0.1 }),
        ("block 9, both, varied, units 64", "2048-2775", 3, Lstm with { Units = 64, Dense = [32] }, Usual with { Epochs = 12, Batch = 32 }),
        ("block 9, both, varied, mean, dense 64", "2048-2775", 3, Mean, Usual with { Epochs = 25, Batch = 32 }),
        ("block 9, both, varied, logistic", "2048-2775", 3, Mean with { Dense = [], Dropout = 0 }, Usual with { Epochs = 25, Batch = 32, WeightDecay = 0.1 }),
    ];

    /// <param name="sets">
    /// The feature set that is measured on, and behind it the further ones that are trained on. Recipes that need more sets, or columns beyond those of the
    /// sets, are left out.
    /// </param>
    /// <param name="folds">A <c>cross_val.json</c>.</param>
    /// <param name="labels">A csv file with the column patient.</param>
    /// <param name="only">Words of which one has to be in a recipe's name; empty for all recipes.</param>
    /// <param name="keep">The folder that keeps finished folds.</param>
    /// <param name="picture">An SVG file to write; null for none.</param>
    /// <param name="ensemble">Heads whose probabilities are averaged.</param>
    public static void Measure(IReadOnlyList<string> sets, string folds, string labels, IReadOnlyList<string> only, string keep, int ensemble, string? picture)
    {
        var table = VideoLabels.Read(labels).Table;
        var finished = new List<(string Name, IReadOnlyList<FinishedFold> Folds)>();
        foreach (var (name, columns, further, head, fit) in Recipes.Where(recipe => only.Count == 0 || only.Contains(recipe.Name)))
        {
            var data = FoldedClips.Read(sets[0], folds, table, frames: null, [.. sets.Skip(1).Take(further)]);
            if (further > sets.Count - 1)
                continue;
            var (first, last) = (int.Parse(columns.Split('-')[0], CultureInfo.InvariantCulture), int.Parse(columns.Split('-')[1], CultureInfo.InvariantCulture));
            if (last >= data.Clips.Width)
                continue;
            var begun = Stopwatch.GetTimestamp();
            var recipe = new HeadRecipe(head, fit with { Ensemble = ensemble }, HeadRecipe.DefaultInnerFolds, Seed: 0);
            var folder = Path.Combine(keep, $"{name.Replace(' ', '-')}-{ensemble}");
            var done = new HeadEvaluation(data with { Clips = data.Clips.Columns(first, last - first + 1) }, recipe, folder).Run(null, CancellationToken.None);
            finished.Add((name, done));
            Print(name, done, Stopwatch.GetElapsedTime(begun));
        }
        var chosen = Enumerable.Range(0, finished[0].Folds.Count).Select(fold => finished.MinBy(recipe => recipe.Folds[fold].InnerLoss)).ToArray();
        Print("chosen inside each fold", [.. chosen.Select((recipe, fold) => recipe.Folds[fold])], TimeSpan.Zero);
        Console.WriteLine($"chosen: {string.Join("; ", chosen.Select(recipe => recipe.Name))}");
        if (picture is not null)
            File.WriteAllText(picture, PictureFiles.Alone(Picture([.. finished.Select(recipe => recipe.Folds)])));
    }

    private static void Print(string name, IReadOnlyList<FinishedFold> folds, TimeSpan time)
    {
        var result = EvaluationResult.Compute([.. folds.SelectMany(fold => fold.Predictions)], TrainSensitivities, new(rounds: 200, seed: 0));
        var point = result.OperatingPoints[0];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {result["accuracy"].Mean:0.000} | {result["balancedAccuracy"].Mean:0.000} | {result["calibrationError"].Pooled:0.000} | {result["covidRecall"].Pooled:0.00} at {result["covidSpecificity"].Pooled:0.00} | {point.Reached.Sensitivity:0.00} at {point.Reached.Specificity:0.00} | {point.OutOfFold?.Sensitivity:0.00} at {point.OutOfFold?.Specificity:0.00} | {result["macroAuroc"].Pooled:0.000} | {result["logLoss"].Pooled:0.000} | {folds.Average(fold => fold.InnerLoss):0.000} | {time.TotalSeconds:0} s |"));
    }

    /// <summary>For each recipe, by its number from 1, the balanced accuracy of each fold and their mean.</summary>
    private static string Picture(IReadOnlyList<IReadOnlyList<FinishedFold>> recipes)
    {
        var chart = new Chart("Balanced accuracy of recipes", "recipe", recipes.Count, "balanced accuracy", 1);
        for (var step = 0; step <= 5; step++)
            chart.Line([(0, step / 5.0), (recipes.Count, step / 5.0)], "grid").Label(-0.05 * recipes.Count, step / 5.0, (step / 5.0).ToString("0.0", CultureInfo.InvariantCulture));
        foreach (var (number, folds) in recipes.Index())
        {
            var balanced = folds.Select(fold => new Measures(fold.Predictions).BalancedAccuracy).ToArray();
            chart.Box(number + 0.15, 0, 0.7, balanced.Average(), "bar", 0.35).Label(number + 0.5, 0, $"{number + 1}", lower: 16);
            foreach (var one in balanced)
                chart.Dot(number + 0.5, one, "dot covid");
        }
        return chart.ToString();
    }

    private static (Core.Probabilities.Diagnosis, double)[] TrainSensitivities => [(Core.Probabilities.Diagnosis.Covid, 0.9)];
}
