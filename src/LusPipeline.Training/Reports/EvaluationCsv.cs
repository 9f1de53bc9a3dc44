using System.Globalization;
using System.Text;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Reports;

/// <summary>
/// <c>evaluation.csv</c> in the paper's form: a row for each model with means and population standard deviations over the folds. The header is the
/// paper's, with its misspelling and its column that stands there twice: the first of the two is the mean.
/// </summary>
public static class EvaluationCsv
{
    public const string Header =
        "study_name,model_label,seq_length,features_length,accuracy_avg,accuracy_std,"
        + "pneumonia_precision_avg,pneumonia_precision_std,pneumonia_recall_std,pneumonia_recall_std,pneumonia_f1_avg,pneumonia_f1_std,"
        + "pneumonia_specifity_avg,pneumonia_specifity_std,"
        + "covid_precision_avg,covid_precision_std,covid_recall_avg,covid_recall_std,covid_f1_avg,covid_f1_std,covid_specifity_avg,covid_specifity_std,"
        + "healthy_precision_avg,healthy_precision_std,healthy_recall_avg,healthy_recall_std,healthy_f1_avg,healthy_f1_std,"
        + "healthy_specifity_avg,healthy_specifity_std";

    private const long MaxBytes = 16 << 20;
    private static readonly Diagnosis[] Order = [Diagnosis.Pneumonia, Diagnosis.Covid, Diagnosis.Healthy];
    private static readonly string[] Measures = ["Precision", "Recall", "F1", "Specificity"];

    /// <summary>Adds a model's row to the file, or replaces the row of the same study, model, frames and features. A missing file is made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="study">What belongs together, for example the name of an experiment.</param>
    /// <param name="model">The model.</param>
    /// <param name="report">The evaluation.</param>
    /// <exception cref="TrainingDataException">The file has another header, or is no table of evaluations.</exception>
    public static void Add(string path, string study, string model, EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var key = string.Create(CultureInfo.InvariantCulture, $"{Quoted(study)},{Quoted(model)},{report.Frames},{report.Features},");
        var lines = Read(path);
        var row = key + string.Join(',', Values(report.Result).Select(Number));
        var known = lines.FindIndex(line => line.StartsWith(key, StringComparison.Ordinal));
        if (known >= 0)
            lines[known] = row;
        else
            lines.Add(row);
        WholeFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines.Prepend(Header)) + '\n')));
    }

    /// <summary>Whether a file has a row of a model, whatever its frames and features are.</summary>
    /// <exception cref="TrainingDataException">The file has another header, or is no table of evaluations.</exception>
    public static bool Has(string path, string study, string model)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(model);
        return Read(path).Exists(line => line.StartsWith($"{Quoted(study)},{Quoted(model)},", StringComparison.Ordinal));
    }

    /// <summary>The rows of a file that is there.</summary>
    private static List<string> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        if (new FileInfo(path).Length > MaxBytes)
            throw new TrainingDataException($"'{path}' has more than {MaxBytes} bytes. Give another file with --csv.");
        var lines = File.ReadAllLines(path);
        return lines.Length > 0 && lines[0] == Header
            ? [.. lines.Skip(1).Where(line => line.Length > 0)]
            : throw new TrainingDataException($"'{path}' is not an evaluation.csv: its first line is not the paper's header. Give another file with --csv.");
    }

    private static IEnumerable<double> Values(EvaluationResult result)
    {
        yield return result["accuracy"].Mean;
        yield return result["accuracy"].Deviation;
        foreach (var diagnosis in Order)
        {
            foreach (var measure in Measures)
            {
                var figure = result[diagnosis.Name() + measure];
                yield return figure.Mean;
                yield return figure.Deviation;
            }
        }
    }

    /// <summary>The shortest text that reads as the same float64, as Python writes it; nothing if there is no value.</summary>
    internal static string Number(double value)
    {
        if (!double.IsFinite(value))
            return "";
        var text = value.ToString(CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny('.', 'e') >= 0 ? text : text + ".0";
    }

    private static string Quoted(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.AsSpan().IndexOfAny(',', '"') >= 0 ? $"\"{line.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : line;
    }
}
