using System.Text.Json;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.UnitTests.Training;

/// <summary>The measures are scikit-learn's, also where something is divided by nothing.</summary>
public sealed class MeasuresTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void They_equal_what_scikit_learn_computes()
    {
        using var recorded = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("data", "training", "metrics.json")));
        var expected = recorded.RootElement;
        var labels = expected.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32());
        var probabilities = expected.GetProperty("probabilities").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray());

        var measures = new Measures([.. labels.Zip(probabilities, (label, row) => Predictions.Of((Diagnosis)label, row))]);

        Equal("accuracy", measures.Accuracy);
        Equal("balanced_accuracy", measures.BalancedAccuracy);
        Equal("macro_f1", measures.MacroF1);
        Equal("auroc_ovr_macro", measures.MacroAuroc);
        Equal("log_loss", measures.LogLoss);
        Equal("brier", measures.Brier);
        Equal("ece_10_bins", measures.CalibrationError);
        Equal("matthews", measures.Matthews);
        Equal("kappa", measures.Kappa);
        EqualByClass("precision", one => one.Precision);
        EqualByClass("recall", one => one.Recall);
        EqualByClass("f1", one => one.F1);
        EqualByClass("specificity", one => one.Specificity);
        EqualByClass("auroc_per_class", one => one.Auroc);
        EqualByClass("support", one => one.Support);
        Assert.Equal(
            expected.GetProperty("confusion").EnumerateArray().Select(row => row.EnumerateArray().Select(count => count.GetInt32()).ToArray()),
            measures.Confusion.Rows());

        void Equal(string name, double actual) => Assert.Equal(expected.GetProperty(name).GetDouble(), actual, Tolerance);

        void EqualByClass(string name, Func<ClassMeasures, double> of)
        {
            foreach (var (one, value) in measures.Classes.Zip(expected.GetProperty(name).EnumerateArray()))
                Assert.Equal(value.GetDouble(), of(one), Tolerance);
        }
    }

    [Fact]
    public void A_class_that_nobody_predicts_has_the_precision_0()
    {
        var measures = new Measures([Predictions.Of(Diagnosis.Covid, 0.2, 0.7, 0.1), Predictions.Of(Diagnosis.Pneumonia, 0.3, 0.6, 0.1)]);

        var covid = measures.Classes[0];
        Assert.Equal((0, 0, 0, 1), (covid.Precision, covid.Recall, covid.F1, covid.Specificity));
        Assert.Equal(0, covid.Auroc);
    }

    [Fact]
    public void A_class_without_labels_counts_for_F1_but_not_for_balanced_accuracy_and_leaves_the_AUROC_open()
    {
        var measures = new Measures([Predictions.Of(Diagnosis.Covid, 0.7, 0.2, 0.1), Predictions.Of(Diagnosis.Pneumonia, 0.3, 0.6, 0.1)]);

        Assert.Equal(1, measures.BalancedAccuracy);
        Assert.Equal(2 / 3.0, measures.MacroF1, Tolerance);
        Assert.True(double.IsNaN(measures.Classes[2].Auroc));
        Assert.True(double.IsNaN(measures.MacroAuroc));
        Assert.Equal((0, 0, 0), (measures.Classes[2].Precision, measures.Classes[2].Recall, measures.Classes[2].F1));
    }

    [Fact]
    public void Agreement_is_not_defined_with_one_class()
    {
        var measures = new Measures([Predictions.Of(Diagnosis.Healthy, 0.1, 0.1, 0.8), Predictions.Of(Diagnosis.Healthy, 0.1, 0.2, 0.7)]);

        Assert.Equal(0, measures.Matthews);
        Assert.True(double.IsNaN(measures.Kappa));
        Assert.Equal((1, 1, 0), (measures.Accuracy, measures.Classes[2].Recall, measures.Classes[2].Specificity));
    }

    [Fact]
    public void The_log_loss_of_a_certain_mistake_is_finite()
    {
        var measures = new Measures([Predictions.Of(Diagnosis.Covid, 0, 1, 0)]);

        // −ln of float64's epsilon.
        Assert.Equal(36.04365338911715, measures.LogLoss, Tolerance);
        Assert.Equal(2, measures.Brier, Tolerance);
        Assert.Equal(1, measures.CalibrationError, Tolerance);
    }

    [Fact]
    public void Equal_probabilities_make_one_step_of_the_curve_and_count_half()
    {
        var curve = new RocCurve(
            [
                Predictions.Of(Diagnosis.Covid, 0.5, 0.25, 0.25), Predictions.Of(Diagnosis.Healthy, 0.5, 0.25, 0.25),
                Predictions.Of(Diagnosis.Covid, 0.9, 0.05, 0.05), Predictions.Of(Diagnosis.Healthy, 0.1, 0.1, 0.8),
            ],
            Diagnosis.Covid);

        // Of four pairs of one with and one without: three right, one equal.
        Assert.Equal(3.5 / 4, curve.Area, Tolerance);
        Assert.Equal([(0, 0), (1, 0), (2, 1), (2, 2)], curve.Points.Select(point => (point.TruePositives, point.FalsePositives)));
    }

    [Fact]
    public void A_confidence_on_the_edge_of_a_bin_belongs_to_the_lower_one()
    {
        var reliability = new Reliability([Predictions.Of(Diagnosis.Covid, 0.5, 0.3, 0.2), Predictions.Of(Diagnosis.Covid, 0.52, 0.28, 0.2), Predictions.Of(Diagnosis.Covid, 1, 0, 0)]);

        Assert.Equal([0, 0, 0, 0, 1, 1, 0, 0, 0, 1], reliability.Bins.Select(bin => bin.Videos));
        Assert.Equal((0.5 + 0.48 + 0) / 3, reliability.Error, Tolerance);
    }
}
