using System.Globalization;
using LusPipeline.Training.Reports;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Reporting;

/// <summary>The pictures of a search.</summary>
internal static class SearchCharts
{
    /// <summary>All pictures; the importance only if there is enough to tell it.</summary>
    public static IEnumerable<Picture> All(SearchReport report)
    {
        yield return new(
            "search-history.svg", "History", History(report),
            $"The {report.Metric} of each trial: complete ones as full dots, pruned ones with their last report as rings. The line is the best so far.");
        if (report.Importance.Count > 0)
        {
            yield return new(
                "search-importance.svg", "Importance", Importance(report),
                $"How much of the variation of the complete trials' values a parameter explains by itself ({report.ImportanceMethod}).");
        }
    }

    /// <summary>The share of each parameter as a bar, the greatest above.</summary>
    private static string Importance(SearchReport report)
    {
        var most = Math.Ceiling(10 * report.Importance.Max(one => one.Share)) / 10;
        var chart = new Chart("Importance of the parameters", "share of the variation", Math.Max(0.1, most), "", report.Importance.Count);
        for (var step = 0; step <= 5; step++)
        {
            var share = Math.Max(0.1, most) * step / 5;
            chart.Line([(share, 0), (share, report.Importance.Count)], "grid").Label(share, 0, share.ToString("0.##", CultureInfo.InvariantCulture), lower: 16);
        }
        foreach (var (number, (name, share)) in report.Importance.Index())
        {
            var row = report.Importance.Count - 1 - number;
            chart.Box(0, row + 0.15, share, 0.7, "bar", 0.5).Label(Math.Max(0.1, most) / 2, row + 0.5, $"{name} {FigureText.Number(share)}");
        }
        return chart.ToString();
    }

    /// <summary>The values of the trials in their order, with the best so far as a line.</summary>
    private static string History(SearchReport report)
    {
        var values = report.Trials.Where(trial => trial.HasResult).Select(trial => (trial.Number, trial.State, Value: Shown(trial))).Where(one => double.IsFinite(one.Value)).ToArray();
        var most = values.Select(one => one.Value).DefaultIfEmpty(1).Max();
        var chart = new Chart($"{report.Metric} by trial", "trial", Math.Max(1, report.Trials.Count - 1), report.Metric, most <= 1 ? 1 : Math.Ceiling(most)).Grid();
        foreach (var (number, state, value) in values)
            chart.Dot(number, value, state == TrialState.Complete ? "trial" : "trial pruned");
        var line = new List<(double X, double Y)>();
        foreach (var (number, _, value) in values.Where(one => one.State == TrialState.Complete))
        {
            var isBetter = line.Count == 0 || (report.Direction == SearchDirection.Maximize ? value > line[^1].Y : value < line[^1].Y);
            if (line.Count > 0)
                line.Add((number, line[^1].Y));
            if (isBetter)
                line.Add((number, value));
        }
        return chart.Line(line, "curve best").ToString();
    }

    private static double Shown(Trial trial) => trial.State == TrialState.Complete ? trial.Value!.Value : trial.LastStep is { } step ? trial.Intermediate[step] : double.NaN;
}
