using System.Globalization;
using System.Text;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using static LusPipeline.Training.Reports.FigureText;

namespace LusPipeline.Training.Reports;

/// <summary>
/// An evaluation as one HTML file. It needs no other file, no network and no script, and follows the reader's light or dark theme. Names come
/// from outside, so every text is encoded.
/// </summary>
public sealed class HtmlReport : HtmlPage
{
    private readonly EvaluationReport _report;

    private HtmlReport(EvaluationReport report) => _report = report;

    /// <summary>Writes the report, or replaces it.</summary>
    public static void Write(string path, EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new HtmlReport(report).Build();
        WholeFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private string Build()
    {
        var result = _report.Result;
        var (videos, patients, folds) = (result.Predictions.Count, Patients(result.Predictions), result.Folds.Count);
        Head($"Evaluation of {_report.Model}");
        Append($"""
            <header>
            <h1>Evaluation of {Text(_report.Model)}</h1>
            <p>{videos} videos of {patients} patients in {folds} folds, {_report.Frames} frames of {_report.Features} features each.</p>
            <p class="notice">{EvaluationReport.ResearchNotice}</p>
            </header>
            <main>

            """);
        Warnings();
        Overall();
        ByClass();
        Pictures();
        Thresholds();
        Folds();
        Videos();
        HowItWasMade();
        return Finish();
    }

    private void Warnings()
    {
        if (_report.Warnings.Count == 0 && _report.Leaks.Count == 0)
            return;
        Append($"<section class=\"warnings\" aria-label=\"Warnings\">\n");
        foreach (var warning in _report.Warnings)
            Append($"<p>{Text(warning)}</p>\n");
        if (_report.Leaks.Count > 0)
        {
            const string Meaning = "the test sides are not independent of the train sides, so the figures are too good";
            Append($"<details><summary>{_report.Leaks.Count} leaks were allowed: {Meaning}.</summary>\n<ul>\n");
            foreach (var leak in _report.Leaks)
                Append($"<li>{Text(leak.ToString())}</li>\n");
            Append($"</ul></details>\n");
        }
        Append($"</section>\n");
    }

    private void Overall()
    {
        Begin("Summary", "measure", "mean ± standard deviation over the folds", "all videos", "95 % interval");
        foreach (var figure in _report.Result.Figures.Where(figure => figure.Measure.Class is null))
            Row(Text(figure.Measure.Title), MeanAndDeviation(figure), Number(figure.Pooled), Range(figure.Interval));
        End();
    }

    private void ByClass()
    {
        var byClass = _report.Result.Figures.Where(figure => figure.Measure.Class is not null).GroupBy(figure => figure.Measure.Title).ToArray();
        var classes = _report.Result.Pooled.Classes;
        Begin("By class", ["measure", .. Enum.GetValues<Diagnosis>().Select(diagnosis => $"{diagnosis.Name()} ({classes[(int)diagnosis].Support} videos)")]);
        foreach (var measure in byClass)
            Row([Text(measure.Key), .. measure.Select(figure => $"{Number(figure.Pooled)} <small>{Range(figure.Interval)}; folds {MeanAndDeviation(figure)}</small>")]);
        End();
        Append($"<p class=\"remark\">Over all videos with their 95 % interval, then mean ± standard deviation over the folds.</p>\n");
    }

    private void Pictures()
    {
        Append($"<section class=\"pictures\">\n");
        foreach (var picture in Charts.All(_report))
            Append($"<figure><h2>{picture.Title}</h2>{picture.Svg}<figcaption>{picture.Caption}</figcaption></figure>\n");
        Append($"</section>\n");
    }

    private void Thresholds()
    {
        if (_report.Result.OperatingPoints.Count > 0)
        {
            Begin(
                "Operating points", "class", "wanted sensitivity", "threshold", "sensitivity", "specificity", "without threshold", "cost in specificity",
                "threshold from the other folds");
            foreach (var point in _report.Result.OperatingPoints)
            {
                Row(
                    point.Class.Name(), Number(point.Target), Threshold(point.Threshold), Number(point.Reached.Sensitivity), Number(point.Reached.Specificity),
                    Pair(point.Usual), Number(point.SpecificityCost), point.OutOfFold is { } outOfFold ? Pair(outOfFold) : "");
            }
            End();
            Append($"""
                <p class="remark">A video counts as of the class if its probability reaches the threshold. Pairs are sensitivity / specificity.
                What new patients will see is nearer to the last column.</p>

                """);
        }
        if (_report.Result.Uncertain is { } uncertain)
        {
            Begin($"Uncertain below {Threshold(uncertain.Value)}", "threshold from", "certain", "of those right", "of the uncertain right");
            Row("all videos", Number(uncertain.Reached.Share), Number(uncertain.Reached.Accuracy), Number(uncertain.Reached.UncertainAccuracy));
            if (uncertain.OutOfFold is { } outOfFold)
                Row("the other folds", Number(outOfFold.Share), Number(outOfFold.Accuracy), Number(outOfFold.UncertainAccuracy));
            End();
            Append($"<p class=\"remark\">The threshold with the largest Youden index: it separates right predictions from wrong ones best.</p>\n");
        }
    }

    private void Folds()
    {
        Begin("Folds", "fold", "videos", "patients", "accuracy", "balanced accuracy", "macro F1", "macro AUROC", "log loss", "calibration error", "temperature");
        foreach (var fold in _report.Result.Folds)
        {
            var measures = fold.Measures;
            Row(
                Text(fold.Name), $"{fold.Videos}", $"{fold.Patients}", Number(measures.Accuracy), Number(measures.BalancedAccuracy), Number(measures.MacroF1),
                Number(measures.MacroAuroc), Number(measures.LogLoss), Number(measures.CalibrationError),
                _report.Temperatures.TryGetValue(fold.Name, out var temperature) ? Number(temperature) : "");
        }
        End();
    }

    private void Videos()
    {
        Append($"<details open=\"open\"><summary><h2>Probabilities by video</h2></summary>\n<p class=\"legend\">");
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
            Append($"<span><svg viewBox=\"0 0 9 9\" aria-hidden=\"true\"><rect class=\"fill {diagnosis.Name()}\" width=\"9\" height=\"9\"/></svg> {diagnosis.Name()}</span> ");
        Append($"</p>\n");
        BeginTable("video", "label", "predicted", "probabilities", "covid", "pneumonia", "healthy", "fold", "patient");
        foreach (var prediction in _report.Result.Predictions.OrderBy(prediction => prediction.Label).ThenBy(prediction => prediction.Video, StringComparer.Ordinal))
        {
            var (p, predicted) = (prediction.Probabilities, prediction.Predicted.Name());
            Row(
                Text(prediction.Video), prediction.Label.Name(), prediction.IsRight ? predicted : $"<strong class=\"wrong\">{predicted} ✗</strong>",
                Charts.Probabilities(p), Number(p.Covid), Number(p.Pneumonia), Number(p.Healthy), Text(prediction.Fold), Text(prediction.Patient));
        }
        Append($"</tbody></table></div>\n</details>\n");
    }

    private void HowItWasMade()
    {
        Begin("How it was made", "setting", "value");
        Row("command", $"<code>{Text(_report.Command)}</code>");
        foreach (var (name, value) in _report.Settings)
            Row(Text(name), Text(value));
        Row("seed", _report.Seed.ToString(CultureInfo.InvariantCulture));
        Row("made", _report.MadeAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Row("program", Text($"lus {_report.Version}"));
        End();
        Append($"""
            <p class="remark">Measures are defined as in scikit-learn: precision, recall and F1 are 0 where they would be divided by 0; the Brier score
            is the sum over the classes; the calibration error has ten bins of equal width. Standard deviations are of the population. Intervals are the percentiles of {_report.BootstrapRounds} samples of
            the patients (bootstrap). The temperature that would give these predictions the smallest log loss is {Number(_report.Result.BestTemperature)}.</p>

            """);
    }

    private static string Pair(Discrimination one) => $"{Number(one.Sensitivity)} / {Number(one.Specificity)}";

    private static int Patients(IEnumerable<Prediction> predictions) => predictions.Select(prediction => prediction.Patient).Distinct(StringComparer.Ordinal).Count();
}
