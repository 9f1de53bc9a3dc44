using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.UnitTests.Training;

public sealed class EvaluationResultTests
{
    [Fact]
    public void Figures_are_means_and_population_deviations_over_folds()
    {
        Prediction[] predictions =
        [
            Predictions.Of("a", Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of("a", Diagnosis.Healthy, 0.9, 0.1, 0),
            Predictions.Of("b", Diagnosis.Pneumonia, 0, 1, 0), Predictions.Of("b", Diagnosis.Healthy, 0, 0, 1), Predictions.Of("b", Diagnosis.Covid, 1, 0, 0),
        ];

        var result = EvaluationResult.Compute(predictions, [(Diagnosis.Covid, 0.9)], new(100, seed: 0));

        Assert.Equal([("a", 2), ("b", 3)], result.Folds.Select(fold => (fold.Name, fold.Videos)));
        Assert.Equal((0.75, 0.25, 0.8), (result["accuracy"].Mean, result["accuracy"].Deviation, result["accuracy"].Pooled));
        // Fold a has no video of pneumonia.
        Assert.Equal((1, 0), (result["pneumoniaAuroc"].Mean, result["pneumoniaAuroc"].Deviation));
        Assert.Equal(Measure.All.Count, result.Figures.Count);
        Assert.Equal(result.Figures.Count, result.Figures.DistinctBy(figure => figure.Measure.Name).Count());
    }

    [Fact]
    public void The_interval_covers_the_true_value_as_often_as_it_says()
    {
        // Patients of three videos that share their fate: intervals over videos would be too narrow by the root of 3.
        var covered = 0;
        const int Trials = 200;
        const double Truth = 0.7;
        var accuracy = Measure.Overall.Take(1).ToArray();
        for (var trial = 0; trial < Trials; trial++)
        {
            var random = new Random(trial);
            var predictions = Enumerable.Range(0, 60).SelectMany(patient =>
            {
                double[] probabilities = random.NextDouble() < Truth ? [0.8, 0.1, 0.1] : [0.1, 0.8, 0.1];
                return Enumerable.Repeat(new Prediction("v", $"p{patient}", "0", Diagnosis.Covid, new(probabilities[0], probabilities[1], probabilities[2])), 3);
            }).ToArray();
            var interval = new PatientBootstrap(rounds: 100, seed: trial).Intervals(predictions, accuracy)[0];
            covered += interval.Low <= Truth && Truth <= interval.High ? 1 : 0;
        }

        Assert.InRange(covered, (int)(0.88 * Trials), (int)(0.99 * Trials));
    }

    [Fact]
    public void A_seed_repeats_the_intervals()
    {
        var predictions = Predictions.Noisy(60, hint: 1, sharpness: 1);

        var first = new PatientBootstrap(50, seed: 3).Intervals(predictions, Measure.All);

        Assert.Equal(first, new PatientBootstrap(50, seed: 3).Intervals(predictions, Measure.All));
        Assert.NotEqual(first, new PatientBootstrap(50, seed: 4).Intervals(predictions, Measure.All));
        Assert.All(first.Zip(Measure.All), pair => Assert.True(pair.First.Low < pair.First.High, pair.Second.Name));
    }

    [Fact]
    public void One_patient_alone_has_no_interval() =>
        Assert.True(double.IsNaN(new PatientBootstrap(10, 0).Intervals([Predictions.Of(Diagnosis.Covid, 1, 0, 0)], Measure.All)[0].Low));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.1, 1.3)]
    [InlineData(1, 4)]
    public void Quantiles_are_interpolated(double share, double expected) => Assert.Equal(expected, PatientBootstrap.Quantile([4, 2, 1, 3], share), 1e-12);
}
