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
/// look at the train side only, predicts the test side. So the last line says what the choosing itself is worth.
/// </summary>
internal static class SelectionBenchmark
{
    private const string End = "0-2047";
    private const string Block9 = "2048-2775";
    private const string Block12 = "2776-3503";

    private static readonly HeadOptions Last = new() { Units = 128, Summary = FrameSummary.Last };
    private static readonly HeadOptions Mean = new() { Units = 32, Summary = FrameSummary.Mean };
    private static readonly HeadOptions Greatest = Mean with { Summary = FrameSummary.Max };
    private static readonly HeadOptions Attention = Mean with { Summary = FrameSummary.Attention };
    private static readonly FitOptions Usual = FitOptions.Default;
    private static readonly FitOptions Varied = Usual with { Epochs = 12, Batch = 32 };

    /// <summary>The recipes: what is read, how many further sets are trained on, the layers, how they are trained.</summary>
    private static readonly (string Name, string Columns, int Further, HeadOptions Head, FitOptions Fit)[] Recipes =
    [
        ("end", End, 0, Last, Usual),
        ("block 12", Block12, 0, Last, Usual),
        ("block 9", Block9, 0, Last, Usual),
        ("end, both variants", End, 1, Last, Usual),
        ("block 12, both variants", Block12, 1, Last, Usual),
        ("block 9, both variants", Block9, 1, Last, Usual),
        ("last, 128", Block9, 1, Last, Usual),
        ("last, 64", Block9, 1, Last with { Units = 64 }, Usual),
        ("mean, 64", Block9, 1, Mean with { Units = 64 }, Usual),
        ("mean, 32", Block9, 1, Mean, Usual),
        ("mean, 16", Block9, 1, Mean with { Units = 16 }, Usual),
        ("mean, 16 in both directions", Block9, 1, Mean with { Units = 16, Bidirectional = true }, Usual),
        ("mean, GRU of 32", Block9, 1, Mean with { Kind = HeadKind.Gru }, Usual),
        ("mean, 32, block 12", Block12, 1, Mean, Usual),
        ("mean, 32, input dropout 0.3", Block9, 1, Mean with { InputDropout = 0.3 }, Usual),
        ("mean, 32, weight decay 0.1", Block9, 1, Mean, Usual with { WeightDecay = 0.1 }),
        ("mean, 32, varied", Block9, 3, Mean, Varied),
        ("greatest, 64", Block9, 1, Greatest with { Units = 64 }, Usual),
        ("greatest, 32", Block9, 1, Greatest, Usual),
        ("greatest, 16", Block9, 1, Greatest with { Units = 16 }, Usual),
        ("greatest, 32, varied", Block9, 3, Greatest, Varied),
        ("attention, 64", Block9, 1, Attention with { Units = 64 }, Usual),
        ("attention, 32", Block9, 1, Attention, Usual),
        ("attention, 32, varied", Block9, 3, Attention, Varied),
        ("self-attention between the frames, 64", Block9, 1, Last with { Kind = HeadKind.Attention, Units = 64 }, Usual),
        ("mean of the features, no LSTM", Block9, 1, Last with { Kind = HeadKind.Mean }, Usual),
        ("logistic regression on it", Block9, 1, Last with { Kind = HeadKind.Mean, Dense = [], Dropout = 0 }, Usual with { WeightDecay = 0.1 }),
    ];

    /// <param name="sets">
    /// The feature set that temperatures and inner losses come from, a second one of the same videos, and further ones. All of them may be trained on; the first
    /// two are measured. Recipes that need more sets, or columns beyond those of the sets, are left out.
    /// </param>
    /// <param name="folds">A <c>cross_val.json</c>.</param>
    /// <param name="labels">A csv file with the column patient.</param>
    /// <param name="only">Names of recipes; empty for all recipes.</param>
    /// <param name="picture">An SVG file to write; null for none.</param>
    /// <param name="ensemble">Heads whose probabilities are averaged.</param>
    /// <param name="seed">Of the first head, and of the inner folds.</param>
    public static void Measure(IReadOnlyList<string> sets, string folds, string labels, IReadOnlyList<string> only, int ensemble, int seed, string? picture)
    {
        var table = VideoLabels.Read(labels).Table;
        var finished = new List<(string Name, IReadOnlyList<Fold> Folds)>();
        Console.WriteLine($"| recipe, {ensemble} heads | accuracy | balanced | calibration error | COVID recall at specificity | from a threshold | from the other folds' | AUROC | log loss | inner log loss | time |");
        foreach (var (name, columns, further, head, fit) in Recipes.Where(recipe => only.Count == 0 || only.Contains(recipe.Name)))
        {
            var (first, last) = (int.Parse(columns.Split('-')[0], CultureInfo.InvariantCulture), int.Parse(columns.Split('-')[1], CultureInfo.InvariantCulture));
            if (further > sets.Count - 1 || FoldedClips.Read(sets[0], folds, table, frames: null) is not { } whole || last >= whole.Clips.Width)
                continue;
            var begun = Stopwatch.GetTimestamp();
            FoldedClips[] measured = [.. sets.Take(2).Select(set => Columns(FoldedClips.Read(set, folds, table, frames: null)))];
            var training = Columns(FoldedClips.Read(sets[0], folds, table, frames: null, [.. sets.Skip(1).Take(further)]));
            var recipe = new HeadRecipe(head, fit with { Ensemble = ensemble }, HeadRecipe.DefaultInnerFolds, seed);
            var done = training.Folds.Select((fold, number) => Fold.Train(training.Clips.Select(fold.Train), recipe, measured, number)).ToArray();
            finished.Add((name, done));
            Print(name, done, Stopwatch.GetElapsedTime(begun));

            FoldedClips Columns(FoldedClips data) => data with { Clips = data.Clips.Columns(first, last - first + 1) };
        }
        var chosen = Enumerable.Range(0, finished[0].Folds.Count).Select(fold => finished.MinBy(recipe => recipe.Folds[fold].InnerLoss)).ToArray();
        Print("chosen inside each fold", [.. chosen.Select((recipe, fold) => recipe.Folds[fold])], TimeSpan.Zero);
        Console.WriteLine($"chosen: {string.Join("; ", chosen.Select(recipe => recipe.Name))}");
        if (picture is not null)
            File.WriteAllText(picture, PictureFiles.Alone(Picture([.. finished.Select(recipe => recipe.Folds)])));
    }

    private static void Print(string name, IReadOnlyList<Fold> folds, TimeSpan time)
    {
        EvaluationResult[] results =
        [
            .. Enumerable.Range(0, folds[0].Predictions.Count).Select(set => EvaluationResult.Compute(
                [.. folds.SelectMany(fold => fold.Predictions[set])], [(Core.Probabilities.Diagnosis.Covid, 0.9)], new(PatientBootstrap.DefaultRounds, seed: 0))),
        ];
        string[] cells =
        [
            Each(result => $"{result["accuracy"].Mean:.000} ({result["accuracy"].Interval.Low:.00} to {result["accuracy"].Interval.High:.00})"), Each(result => $"{result["balancedAccuracy"].Mean:.000}"), Each(result => $"{result["calibrationError"].Pooled:.000}"),
            Each(result => $"{result["covidRecall"].Pooled:.00} at {result["covidSpecificity"].Pooled:.00}"),
            Each(result => $"{Text(result.OperatingPoints[0].Reached)} from {result.OperatingPoints[0].Threshold:.000}"), Each(result => $"{Text(result.OperatingPoints[0].OutOfFold!.Value)}"),
            Each(result => $"{result["macroAuroc"].Pooled:.000}"), Each(result => $"{result["logLoss"].Pooled:.000}"),
            string.Create(CultureInfo.InvariantCulture, $"{folds.Average(fold => fold.InnerLoss):.000}"), string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        ];
        Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");

        static string Text(Discrimination point) => string.Create(CultureInfo.InvariantCulture, $"{point.Sensitivity:.00} at {point.Specificity:.00}");

        string Each(Func<EvaluationResult, FormattableString> figure) => string.Join(" / ", results.Select(result => figure(result).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>For each recipe, by its number from 1, the balanced accuracy of each fold and their mean.</summary>
    private static string Picture(IReadOnlyList<IReadOnlyList<Fold>> recipes)
    {
        var chart = new Chart("Balanced accuracy of recipes", "recipe", recipes.Count, "balanced accuracy", 1);
        for (var step = 0; step <= 5; step++)
            chart.Line([(0, step / 5.0), (recipes.Count, step / 5.0)], "grid").Label(-0.05 * recipes.Count, step / 5.0, (step / 5.0).ToString("0.0", CultureInfo.InvariantCulture));
        foreach (var (number, folds) in recipes.Index())
        {
            var balanced = folds.Select(fold => new Measures(fold.Predictions[0]).BalancedAccuracy).ToArray();
            chart.Box(number + 0.15, 0, 0.7, balanced.Average(), "bar", 0.35).Label(number + 0.5, 0, $"{number + 1}", lower: 16);
            foreach (var one in balanced)
                chart.Dot(number + 0.5, one, "dot covid");
        }
        return chart.ToString();
    }

    /// <param name="Predictions">For each measured set, the predictions for the test side.</param>
    /// <param name="InnerLoss">Of the inner heads, for patients of the train side that they have not seen.</param>
    private sealed record Fold(IReadOnlyList<IReadOnlyList<Prediction>> Predictions, double InnerLoss)
    {
        public static Fold Train(LabelledClips training, HeadRecipe recipe, IReadOnlyList<FoldedClips> measured, int number)
        {
            using var head = CalibratedHead.Fit(training, recipe, progress: null, checkpoint: null, CancellationToken.None);
            return new([.. measured.Select(set => Predict(head, set, set.Folds[number]))], head.InnerLoss!.Value);
        }

        private static IReadOnlyList<Prediction> Predict(CalibratedHead head, FoldedClips set, ClipFold fold) =>
            [.. VideoPredictions.Of(set.Clips, fold.Name, fold.Test, head.Predict(set.Clips.Select(fold.Test)))];
    }
}
