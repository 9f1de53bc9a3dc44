using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;
using Spectre.Console;
using static LusPipeline.Training.Reports.FigureText;

namespace LusPipeline.Cli.Output;

/// <summary>Prints an evaluation as tables, for people.</summary>
internal static class EvaluationTable
{
    public static void Write(EvaluationReport report, IAnsiConsole console)
    {
        var result = report.Result;
        var output = console.Profile.Out.Writer;
        foreach (var warning in report.Warnings)
            output.WriteLine($"! {warning}");
        if (report.Leaks.Count > 0)
            output.WriteLine($"! {report.Leaks.Count} leaks were allowed, so the figures are too good. The first: {ResultTable.Printable(report.Leaks[0].ToString())}.");
        console.Write(Overall(result));
        console.Write(ByClass(result));
        console.Write(Counts(result.Pooled.Confusion));
        foreach (var point in result.OperatingPoints)
            output.WriteLine(Describe(point));
        if (result.Uncertain is { } uncertain)
            output.WriteLine(Describe(uncertain));
        output.WriteLine(EvaluationReport.ResearchNotice);
    }

    private static Table Overall(EvaluationResult result)
    {
        var table = New($"{result.Predictions.Count} videos, {result.Folds.Count} folds", "measure", "mean", "± sd", "all videos", "95 % interval");
        foreach (var figure in result.Figures.Where(figure => figure.Measure.Class is null))
            table.AddRow(figure.Measure.Title, Number(figure.Mean), Number(figure.Deviation), Number(figure.Pooled), Range(figure.Interval));
        return table;
    }

    private static Table ByClass(EvaluationResult result)
    {
        var table = New("all videos, with 95 % interval", ["measure", .. DiagnosisNames.All]);
        foreach (var measure in result.Figures.Where(figure => figure.Measure.Class is not null).GroupBy(figure => figure.Measure.Title))
            table.AddRow([measure.Key, .. measure.Select(figure => $"{Number(figure.Pooled)} ({Range(figure.Interval)})")]);
        return table;
    }

    private static Table Counts(Confusion confusion)
    {
        var table = New("confusion", ["label \\ predicted", .. DiagnosisNames.All]);
        foreach (var label in Enum.GetValues<Diagnosis>())
            table.AddRow([label.Name(), .. Enum.GetValues<Diagnosis>().Select(predicted => confusion[label, predicted].ToString(CultureInfo.InvariantCulture))]);
        return table;
    }

    private static Table New(string title, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple).Title(title).AddColumn(columns[0]);
        foreach (var column in columns.Skip(1))
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    private static string Describe(OperatingPoint point)
    {
        var outOfFold = point.OutOfFold is { } fold ? $"; with thresholds from the other folds {Number(fold.Sensitivity)} and {Number(fold.Specificity)}" : "";
        return $"{point.Class.Name()} from {Threshold(point.Threshold)}: sensitivity {Number(point.Reached.Sensitivity)}, specificity {Number(point.Reached.Specificity)} "
            + $"(without threshold {Number(point.Usual.Sensitivity)} and {Number(point.Usual.Specificity)}){outOfFold}";
    }

    private static string Describe(UncertainThreshold uncertain)
    {
        var outOfFold = uncertain.OutOfFold is { } fold ? $"; with thresholds from the other folds {Number(fold.Accuracy)} of {Number(fold.Share)}" : "";
        var (share, right) = (Number(uncertain.Reached.Share), Number(uncertain.Reached.Accuracy));
        return $"uncertain below {Threshold(uncertain.Value)}: {share} of the videos are certain, {right} of those right{outOfFold}";
    }
}
