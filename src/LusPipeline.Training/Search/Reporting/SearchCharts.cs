using LusPipeline.Training.Reports;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Reporting;

/// <summary>The pictures of a search.</summary>
internal static class SearchCharts
{
    /// <summary>The values of the trials in their order, with the best so far as a line.</summary>
    public static string History(SearchReport report)
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
