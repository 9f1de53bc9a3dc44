using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.UnitTests.Training;

/// <summary>Temperature, operating point and the threshold for uncertain results.</summary>
public sealed class CalibrationTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_finds_by_what_logits_were_multiplied(double sharpness)
    {
        // Logits with unit noise and a hint of 1 are calibrated at the temperature 1: the log odds of two outputs are their difference.
        var temperature = Temperature.Fit(Predictions.Noisy(6_000, hint: 1, sharpness));

        Assert.InRange(temperature, 0.92 * sharpness, 1.08 * sharpness);
    }

    [Fact]
    public void No_other_temperature_has_a_smaller_log_loss()
    {
        var predictions = Predictions.Noisy(200, hint: 0.8, sharpness: 2.5);
        var temperature = Temperature.Fit(predictions);

        var best = LossAt(temperature);
        Assert.All([0.9, 0.99, 0.9999, 1.0001, 1.01, 1.1], factor => Assert.True(best < LossAt(temperature * factor)));

        double LossAt(double at) => new Measures([.. predictions.Select(one => one with { Probabilities = Temperature.Apply(one.Probabilities, at) })]).LogLoss;
    }

    [Fact]
    public void The_temperature_stays_within_its_bounds()
    {
        Assert.Equal(Temperature.Least, Temperature.Fit([Predictions.Of(Diagnosis.Covid, 0.5, 0.3, 0.2)]));
        Assert.Equal(Temperature.Most, Temperature.Fit([Predictions.Of(Diagnosis.Healthy, 0.5, 0.3, 0.2)]));
        Assert.Equal(Temperature.Most, Temperature.Fit([Predictions.Of(Diagnosis.Healthy, 1, 0, 0)]));
    }

    [Fact]
    public void A_temperature_changes_no_class()
    {
        var cooled = Temperature.Apply(new(0.5, 0.3, 0.2), 0.5);
        var heated = Temperature.Apply(new(0.5, 0.3, 0.2), 2);

        Assert.Equal(0.25 / 0.38, cooled.Covid, 1e-12);
        Assert.Equal(0.09 / 0.38, cooled.Pneumonia, 1e-12);
        Assert.Equal(1, heated.Covid + heated.Pneumonia + heated.Healthy, 1e-12);
        Assert.True(heated.Covid is > 1 / 3.0 and < 0.5 && heated.Covid > heated.Pneumonia && heated.Pneumonia > heated.Healthy);
    }

    [Fact]
    public void An_operating_point_is_the_highest_threshold_that_finds_enough()
    {
        var covid = Enumerable.Range(1, 10).Select(tenth => Predictions.Of(Diagnosis.Covid, tenth / 10.0, 1 - (tenth / 10.0), 0));
        double[] others = [0.05, 0.15, 0.25, 0.95];
        var predictions = covid.Concat(others.Select(p => Predictions.Of(Diagnosis.Healthy, p, 0, 1 - p))).ToArray();

        var point = OperatingPoint.Find(predictions, Diagnosis.Covid, 0.9);

        Assert.Equal(0.2, point.Threshold);
        Assert.Equal(new Discrimination(0.9, 0.5), point.Reached);
        Assert.Equal(new Discrimination(0.6, 0.75), point.Usual);
        Assert.Equal(0.25, point.SpecificityCost, 1e-12);
        Assert.Null(point.OutOfFold);
    }

    [Fact]
    public void The_threshold_of_a_fold_is_derived_without_it()
    {
        // Fold a would choose 0.6 and fold b 0.2. With the other's threshold a finds its video and b does not.
        Prediction[] predictions =
        [
            Predictions.Of("a", Diagnosis.Covid, 0.6, 0.4, 0), Predictions.Of("a", Diagnosis.Healthy, 0.3, 0, 0.7),
            Predictions.Of("b", Diagnosis.Covid, 0.2, 0.8, 0), Predictions.Of("b", Diagnosis.Healthy, 0.1, 0, 0.9),
        ];

        var point = OperatingPoint.Find(predictions, Diagnosis.Covid, 1);

        Assert.Equal(0.2, point.Threshold);
        Assert.Equal(new Discrimination(1, 0.5), point.Reached);
        Assert.Equal(new Discrimination(0.5, 0.5), point.OutOfFold);
    }

    [Fact]
    public void An_operating_point_needs_both_kinds_of_videos()
    {
        Assert.Throws<ArgumentException>(() => OperatingPoint.Find([Predictions.Of(Diagnosis.Covid, 0.6, 0.4, 0)], Diagnosis.Covid, 0.9));
        Assert.Throws<ArgumentException>(() => OperatingPoint.Find([Predictions.Of(Diagnosis.Covid, 0.6, 0.4, 0)], Diagnosis.Healthy, 0.9));
    }

    [Fact]
    public void The_threshold_for_uncertain_separates_right_from_wrong()
    {
        Prediction[] predictions =
        [
            Predictions.Of("a", Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of("b", Diagnosis.Covid, 0.8, 0.2, 0), Predictions.Of("a", Diagnosis.Covid, 0.55, 0.45, 0),
            Predictions.Of("b", Diagnosis.Healthy, 0.6, 0.3, 0.1), Predictions.Of("a", Diagnosis.Healthy, 0.5, 0.3, 0.2),
        ];

        var threshold = UncertainThreshold.Find(predictions)!;

        Assert.Equal(0.7, threshold.Value, 1e-12);
        Assert.Equal(0.4, threshold.Reached.Share, 1e-12);
        Assert.Equal(1, threshold.Reached.Accuracy);
        Assert.Equal(1 / 3.0, threshold.Reached.UncertainAccuracy, 1e-12);
        // Fold a uses b's 0.7, fold b uses a's 0.525: all but one of a's and none of b's are uncertain.
        Assert.Equal((0.6, 2 / 3.0), (threshold.OutOfFold!.Value.Share, threshold.OutOfFold.Value.Accuracy));
    }

    [Fact]
    public void Nothing_is_uncertain_by_a_rule_where_there_is_no_rule()
    {
        Assert.Null(UncertainThreshold.Find([Predictions.Of(Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of(Diagnosis.Covid, 0.5, 0.3, 0.2)]));
        Assert.Null(UncertainThreshold.Find([Predictions.Of(Diagnosis.Healthy, 0.9, 0.1, 0)]));
        // The wrong one is the surer one.
        Assert.Null(UncertainThreshold.Find([Predictions.Of(Diagnosis.Healthy, 0.9, 0.1, 0), Predictions.Of(Diagnosis.Covid, 0.5, 0.3, 0.2)]));
    }
}
