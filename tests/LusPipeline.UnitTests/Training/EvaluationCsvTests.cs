using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Reports;

namespace LusPipeline.UnitTests.Training;

/// <summary>The paper's table, letter by letter.</summary>
public sealed class EvaluationCsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_papers_own_table_gets_a_row_and_keeps_all_others()
    {
        var paper = SharedData.Require("data", "seed", "evaluation.csv");
        File.Copy(paper, _folder["evaluation.csv"]);

        EvaluationCsv.Add(_folder["evaluation.csv"], "experiment, new", "xception \"20\"", Reports.Of(Predictions.Noisy(60, 1, 1)));

        var lines = File.ReadAllLines(_folder["evaluation.csv"]);
        Assert.Equal(File.ReadAllLines(paper), lines[..^1]);
        Assert.StartsWith("\"experiment, new\",\"xception \"\"20\"\"\",20,2048,0.", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_written_as_in_the_paper()
    {
        var numbers = File.ReadLines(SharedData.Require("data", "seed", "evaluation.csv")).Skip(1).SelectMany(line => line.Split(',')[4..]).ToArray();

        Assert.True(numbers.Length > 1_000);
        Assert.All(numbers, number => Assert.Equal(number, EvaluationCsv.Number(double.Parse(number, CultureInfo.InvariantCulture))));
        Assert.Equal(["1.0", "0.0", "1e-05", ""], new[] { 1, 0, 1e-5, double.NaN }.Select(EvaluationCsv.Number));
    }

    [Fact]
    public void Values_stand_in_the_papers_order()
    {
        // Fold 0 is right; in fold 1, covid is taken for pneumonia.
        EvaluationCsv.Add(_folder["e.csv"], "s", "m", Reports.Of(
        [
            Predictions.Of("0", Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of("0", Diagnosis.Pneumonia, 0.1, 0.9, 0), Predictions.Of("0", Diagnosis.Healthy, 0, 0.1, 0.9),
            Predictions.Of("1", Diagnosis.Covid, 0.1, 0.9, 0), Predictions.Of("1", Diagnosis.Pneumonia, 0.1, 0.9, 0), Predictions.Of("1", Diagnosis.Healthy, 0, 0.1, 0.9),
        ]));

        var lines = File.ReadAllLines(_folder["e.csv"]);
        Assert.Equal(EvaluationCsv.Header, lines[0]);
        Assert.Equal(
            "s,m,20,2048,0.8333333333333333,0.16666666666666669,"
            + "0.75,0.25,1.0,0.0,0.8333333333333333,0.16666666666666669,0.75,0.25,"
            + "0.5,0.5,0.5,0.5,0.5,0.5,1.0,0.0,"
            + "1.0,0.0,1.0,0.0,1.0,0.0,1.0,0.0",
            lines[1]);
    }

    [Fact]
    public void A_model_that_is_evaluated_again_replaces_its_row()
    {
        var first = Reports.Of(Predictions.Noisy(30, 0, 1));
        EvaluationCsv.Add(_folder["e.csv"], "s", "m", first);
        EvaluationCsv.Add(_folder["e.csv"], "s", "n", first);
        EvaluationCsv.Add(_folder["e.csv"], "s", "m", Reports.Of(Predictions.Noisy(30, 5, 1)));

        var lines = File.ReadAllLines(_folder["e.csv"]);
        Assert.Equal(3, lines.Length);
        Assert.NotEqual(lines[1].Split(',')[4], lines[2].Split(',')[4]);
    }

    [Fact]
    public void Another_table_is_not_touched()
    {
        File.WriteAllText(_folder["e.csv"], "mine\n1\n");

        Assert.Throws<TrainingDataException>(() => EvaluationCsv.Add(_folder["e.csv"], "s", "m", Reports.Of(Predictions.Noisy(30, 1, 1))));
        Assert.Equal("mine\n1\n", File.ReadAllText(_folder["e.csv"]));
    }

    [Fact]
    public void The_header_is_the_papers() =>
        Assert.Equal(EvaluationCsv.Header, File.ReadLines(SharedData.Require("data", "seed", "evaluation.csv")).First());
}
