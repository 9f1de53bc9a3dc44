using System.Globalization;
using System.Text;
using LusPipeline.Training.Data;
using LusPipeline.Training.Reports;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Reporting;

/// <summary>A search as one HTML file: the best parameters, the history, the importance of the parameters and all trials.</summary>
public sealed class SearchHtml : HtmlPage
{
    private readonly SearchReport _report;

    private SearchHtml(SearchReport report) => _report = report;

    /// <summary>Writes the page, or replaces it.</summary>
    public static void Write(string path, SearchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new SearchHtml(report).Build();
        WholeFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private string Build()
    {
        Head($"Search {_report.Name}");
        Append($"""
            <header>
            <h1>Search {Text(_report.Name)}</h1>
            <p>{Count(TrialState.Complete)} trials complete, {Count(TrialState.Pruned)} pruned, {Count(TrialState.Fail)} failed; they are in {Text(_report.Place)}.</p>
            <p class="notice">{EvaluationReport.ResearchNotice}</p>
            </header>
            <main>

            """);
        if (_report.Warnings.Count > 0)
            Append($"<section class=\"warnings\" aria-label=\"Warnings\">\n{Paragraphs(_report.Warnings)}</section>\n");
        Best();
        Append($"<section class=\"pictures\">\n");
        foreach (var picture in SearchCharts.All(_report))
            Append($"<figure><h2>{picture.Title}</h2>{picture.Svg}<figcaption>{Text(picture.Caption)}</figcaption></figure>\n");
        Append($"</section>\n");
        Trials();
        HowItWasMade();
        return Finish();
    }

    private void Best()
    {
        if (_report.Best is not { } best)
        {
            Append($"<p>No trial is complete.</p>\n");
            return;
        }
        Begin($"Best: trial {best.Number}, {_report.Metric} {FigureText.Number(best.Value!.Value)}", "parameter", "value");
        foreach (var (name, parameter) in best.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Row(Text(name), Text(parameter.ToString()));
        End();
        if (_report.BestCommand is { } command)
            Append($"<p><code>{Text(command)}</code></p>\n");
    }

    private void Trials()
    {
        string[] names = [.. _report.Trials.SelectMany(trial => trial.Parameters.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Begin("Trials", ["trial", "state", _report.Metric, "reports", .. names]);
        foreach (var trial in _report.Trials)
        {
            Row(
            [
                trial.Number.ToString(CultureInfo.InvariantCulture), trial.State.ToString().ToLowerInvariant(), trial.Value is { } value ? FigureText.Number(value) : "",
                string.Join(' ', trial.Intermediate.OrderBy(pair => pair.Key).Select(pair => FigureText.Number(pair.Value))),
                .. names.Select(name => trial.Parameters.TryGetValue(name, out var parameter) ? Text(Short(parameter)) : ""),
            ]);
        }
        End();
    }

    private void HowItWasMade()
    {
        Begin("How it was made", "setting", "value");
        Row("command", $"<code>{Text(_report.Command)}</code>");
        foreach (var (name, value) in _report.Settings)
            Row(Text(name), Text(value));
        Row("made", _report.MadeAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Row("program", Text($"lus {_report.Version}"));
        End();
    }

    private int Count(TrialState state) => _report.Trials.Count(trial => trial.State == state);

    private static string Paragraphs(IEnumerable<string> texts) => string.Concat(texts.Select(text => $"<p>{Text(text)}</p>\n"));

    private static string Short(Parameter parameter) =>
        parameter.Distribution is FloatDistribution ? parameter.Value.ToString("G4", CultureInfo.InvariantCulture) : parameter.ToString();
}
