using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.UnitTests.Training;

/// <summary>Heads over folds: what a fold may know, and what is kept of it.</summary>
public sealed class HeadEvaluationTests : IDisposable
{
    private static readonly HeadRecipe Recipe = new(
        new HeadOptions { Kind = HeadKind.Mean, Dense = [], Dropout = 0 }, new FitOptions { Epochs = 3, Batch = 8, LearningRate = 0.1 }, InnerFolds: 2, Seed: 1);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_video_is_predicted_by_a_head_that_has_not_seen_it()
    {
        var data = Data();
        var before = new HeadEvaluation(data, Recipe, _folder["a"]).Run(null, Cancellation);

        // Another content of one test video changes its own prediction, and those of the folds that it is trained on in, but none beside it.
        var values = data.Clips.Values.ToArray();
        values.AsSpan(0, data.Clips.Frames * data.Clips.Width).Fill(9);
        var after = new HeadEvaluation(data with { Clips = data.Clips with { Values = values } }, Recipe, _folder["b"]).Run(null, Cancellation);

        Assert.Equal(data.Clips.Clips.Count, before.Sum(fold => fold.Predictions.Count));
        var (changed, others) = (before[0].Predictions.Zip(after[0].Predictions).First(), before[0].Predictions.Zip(after[0].Predictions).Skip(1));
        Assert.Equal("0", changed.First.Video);
        Assert.NotEqual(changed.First.Probabilities, changed.Second.Probabilities);
        Assert.All(others, pair => Assert.Equal(pair.First, pair.Second));
        Assert.Equal(before[0].Temperature, after[0].Temperature);
        Assert.NotEqual(before[1].Predictions.Select(one => one.Probabilities), after[1].Predictions.Select(one => one.Probabilities));
    }

    [Fact]
    public void Finished_folds_are_kept_and_unfinished_ones_go_on_to_the_same_end()
    {
        var data = Data();
        var whole = new HeadEvaluation(data, Recipe, _folder["whole"]).Run(null, Cancellation);
        using var stop = new CancellationTokenSource();

        var cut = new HeadEvaluation(data, Recipe, _folder["cut"]);
        Assert.Throws<OperationCanceledException>(() => cut.Run((fold, step) =>
        {
            if (fold == 1 && step.Fit == 2)
                stop.Cancel();
        }, stop.Token));
        var steps = new List<(int Fold, int Fit)>();
        var resumed = new HeadEvaluation(data, Recipe, _folder["cut"]).Run((fold, step) => steps.Add((fold, step.Fit)), Cancellation);

        Assert.Equal(1, cut.Finished);
        Assert.All(steps, step => Assert.True(step.Fold > 0));
        AssertEqual(whole, resumed);
        AssertEqual(whole, new HeadEvaluation(data, Recipe, _folder["cut"]).Run((_, _) => Assert.Fail("Nothing is left to train."), Cancellation));
        Assert.Equal(["fold-0.json", "fold-1.json", "fold-2.json"], Directory.GetFiles(_folder["cut"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_kept_of_another_recipe_other_patients_or_a_damaged_file_is_not_used()
    {
        var data = Data();
        data = data with { Folds = [.. data.Folds.Take(2)] };
        var recipe = Recipe with { InnerFolds = 0 };
        new HeadEvaluation(data, recipe, _folder["kept"]).Run(null, Cancellation);

        Assert.Equal(2, Trained(data, recipe with { Seed = 2 }));
        Assert.Equal(2, Trained(data, recipe with { Seed = 2, Head = recipe.Head with { Dense = [2] } }));
        Assert.Equal(2, Trained(data, recipe with { InnerFolds = 2 }));
        var clips = data.Clips.Clips.ToArray();
        clips[0] = clips[0] with { Patient = "another" };
        var other = data with { Clips = data.Clips with { Clips = clips } };
        Assert.Equal(2, Trained(other, recipe));
        Assert.Equal(0, Trained(other, recipe));
        File.WriteAllText(Path.Combine(_folder["kept"], "fold-1.json"), "{");
        Assert.Equal(1, Trained(other, recipe));

        int Trained(FoldedClips with, HeadRecipe how)
        {
            var folds = new HashSet<int>();
            new HeadEvaluation(with, how, _folder["kept"]).Run((fold, _) => folds.Add(fold), Cancellation);
            return folds.Count;
        }
    }

    [Fact]
    public void The_temperature_comes_from_patients_of_the_train_side()
    {
        var clips = Data(patients: 24).Clips;
        using var head = CalibratedHead.Fit(clips, Recipe, null, null, Cancellation);
        using var raw = CalibratedHead.Fit(clips, Recipe with { InnerFolds = 0 }, null, null, Cancellation);

        Assert.Null(raw.Temperature);
        Assert.Equal(raw.Predict(clips), head.Head.Predict(clips));
        Assert.Equal(raw.Predict(clips).Select(one => Temperature.Apply(one, head.Temperature!.Value)), head.Predict(clips));
        Assert.InRange(head.Temperature!.Value, Temperature.Least, Temperature.Most);
        Assert.All(head.Shown, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.All(raw.Shown, epoch => Assert.Null(epoch.ValidationLoss));
    }

    [Fact]
    public void Early_stopping_keeps_patients_from_the_head()
    {
        using var head = CalibratedHead.Fit(Data().Clips, Recipe with { InnerFolds = 0, Fit = Recipe.Fit with { Patience = 2 } }, null, null, Cancellation);

        Assert.All(head.Head.Epochs, epoch => Assert.NotNull(epoch.ValidationLoss));
    }

    [Fact]
    public void Inner_folds_are_as_many_as_the_rarest_class_has_patients()
    {
        var clips = Data().Clips;

        Assert.Equal([], InnerFolds.Of(clips, 0, 1));
        Assert.Equal(4, InnerFolds.Of(clips, 9, 1).Count);
        Assert.All(InnerFolds.Of(clips, 3, 1), fold => Assert.Empty(Patients(fold.Train).Intersect(Patients(fold.Test))));
        Assert.Equal([], InnerFolds.Of(clips.Select([0, 1, 2]), 4, 1));

        IEnumerable<string> Patients(IEnumerable<int> numbers) => numbers.Select(clip => clips.Clips[clip].Patient);
    }

    [Fact]
    public void Clips_that_are_only_trained_on_follow_their_patient_and_change_no_fold()
    {
        var clips = Data().Clips;
        var more = clips.With(clips with { Clips = [.. clips.Clips.Select(clip => clip with { OnlyForTraining = true })] });

        var (folds, moreFolds) = (InnerFolds.Of(clips, 3, 1), InnerFolds.Of(more, 3, 1));

        Assert.Equal(folds.Select(fold => fold.Test), moreFolds.Select(fold => fold.Test));
        Assert.Equal(folds.Select(fold => fold.Train.Concat(fold.Train.Select(clip => clip + clips.Clips.Count))), moreFolds.Select(fold => fold.Train));
    }

    [Fact]
    public void The_loss_on_patients_of_the_train_side_tells_a_better_recipe_from_a_worse_one()
    {
        var clips = Data(patients: 24).Clips;
        using var trained = CalibratedHead.Fit(clips, Recipe with { Fit = Recipe.Fit with { Epochs = 60, LearningRate = 0.02 } }, null, null, Cancellation);
        using var untrained = CalibratedHead.Fit(clips, Recipe with { Fit = Recipe.Fit with { Epochs = 1, LearningRate = 1e-9 } }, null, null, Cancellation);

        Assert.True(trained.InnerLoss < untrained.InnerLoss, $"{trained.InnerLoss} is not below {untrained.InnerLoss}.");
    }

    /// <summary>Clips of noise with a hint at the label, two of a patient, in three folds.</summary>
    private static FoldedClips Data(int patients = 12)
    {
        const int Frames = 2;
        const int Width = 3;
        var random = new Random(5);
        var clips = Enumerable.Range(0, 2 * patients).Select(clip => new LabelledClip($"{clip}", $"patient{clip / 2}", (Diagnosis)(clip / 2 % 3))).ToArray();
        var values = clips.SelectMany(clip => Enumerable.Range(0, Frames * Width).Select(at => (float)random.NextDouble() + (at % Width == (int)clip.Label ? 0.5f : 0))).ToArray();
        var folds = Enumerable.Range(0, 3).Select(fold => new ClipFold(
            $"{fold}",
            [.. Enumerable.Range(0, clips.Length).Where(clip => clip / 6 % 3 != fold)], [.. Enumerable.Range(0, clips.Length).Where(clip => clip / 6 % 3 == fold)]));
        return new(new(clips, Frames, Width, values), [.. folds], PatientsKnown: true);
    }

    private static void AssertEqual(IReadOnlyList<FinishedFold> expected, IReadOnlyList<FinishedFold> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal((one.Name, one.Temperature), (other.Name, other.Temperature));
            Assert.Equal(one.Predictions, other.Predictions);
            Assert.Equal(one.Points, other.Points);
        }
    }
}
