using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Reports;

/// <summary>An evaluation as JSON. A measure without a value is null.</summary>
public sealed record EvaluationJson(
    string Kind, string Model, string Command, DateTimeOffset MadeAt, string Version, int Frames, int Features, int Seed, int BootstrapRounds,
    IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Warnings, int? TrainedOn, IReadOnlyList<LeakJson> Leaks,
    IReadOnlyDictionary<string, FigureJson> Measures, int[][] Confusion, IReadOnlyList<EvaluatedFoldJson> Folds, double BestTemperature,
    IReadOnlyList<OperatingPointJson> OperatingPoints, UncertainJson? Uncertain, IReadOnlyList<EvaluatedVideoJson> Videos, string Notice)
{
    public const string EvaluationKind = "evaluation";

    public static EvaluationJson From(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var result = report.Result;
        return new(
            EvaluationKind, report.Model, report.Command, report.MadeAt, report.Version, report.Frames, report.Features, report.Seed, report.BootstrapRounds,
            report.Settings.ToDictionary(setting => setting.Key, setting => setting.Value), report.Warnings, report.TrainedOn,
            [.. report.Leaks.Select(leak => new LeakJson(leak.Fold, $"{leak.Kind}", leak.Test, leak.Train, leak.Detail))],
            result.Figures.ToDictionary(figure => figure.Measure.Name, FigureJson.From),
            result.Pooled.Confusion.Rows(),
            [.. result.Folds.Select(fold => EvaluatedFoldJson.From(fold, report))],
            result.BestTemperature,
            [.. result.OperatingPoints.Select(OperatingPointJson.From)],
            result.Uncertain is { } uncertain ? UncertainJson.From(uncertain) : null,
            [.. result.Predictions.Select(EvaluatedVideoJson.From)],
            EvaluationReport.ResearchNotice);
    }

    /// <summary>Writes the evaluation on one line.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, EvaluationJsonContext.Readable.EvaluationJson);

    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>What the train side gives away of a test video.</summary>
public sealed record LeakJson(string Fold, string Kind, string Test, string Train, string Detail);

/// <summary>One measure: mean and population standard deviation over the folds, the value over all videos, and its 95 % interval.</summary>
public sealed record FigureJson(double? Mean, double? Deviation, double? Pooled, double? Low, double? High)
{
    internal static FigureJson From(Figure figure) => new(
        EvaluationJson.Finite(figure.Mean), EvaluationJson.Finite(figure.Deviation), EvaluationJson.Finite(figure.Pooled),
        EvaluationJson.Finite(figure.Interval.Low), EvaluationJson.Finite(figure.Interval.High));
}

/// <summary>The test side of one fold.</summary>
public sealed record EvaluatedFoldJson(string Name, int Videos, int Patients, double? Temperature, IReadOnlyDictionary<string, double?> Measures, int[][] Confusion)
{
    internal static EvaluatedFoldJson From(FoldResult fold, EvaluationReport report) => new(
        fold.Name, fold.Videos, fold.Patients,
        report.Temperatures.TryGetValue(fold.Name, out var temperature) ? temperature : null,
        Measure.All.ToDictionary(measure => measure.Name, measure => EvaluationJson.Finite(measure.Of(fold.Measures))),
        fold.Measures.Confusion.Rows());
}

/// <summary>Sensitivity and specificity.</summary>
public sealed record DiscriminationJson(double Sensitivity, double Specificity)
{
    internal static DiscriminationJson From(Discrimination one) => new(one.Sensitivity, one.Specificity);
}

/// <summary>An operating point.</summary>
public sealed record OperatingPointJson(
    string Class, double Target, double Threshold, DiscriminationJson Reached, DiscriminationJson Usual, double SpecificityCost, DiscriminationJson? OutOfFold)
{
    internal static OperatingPointJson From(OperatingPoint point) => new(
        point.Class.Name(), point.Target, point.Threshold, DiscriminationJson.From(point.Reached), DiscriminationJson.From(point.Usual), point.SpecificityCost,
        point.OutOfFold is { } outOfFold ? DiscriminationJson.From(outOfFold) : null);
}

/// <summary>The predictions that are certain.</summary>
public sealed record CertainPartJson(double Share, double? Accuracy, double? UncertainAccuracy)
{
    internal static CertainPartJson From(CertainPart part) =>
        new(part.Share, EvaluationJson.Finite(part.Accuracy), EvaluationJson.Finite(part.UncertainAccuracy));
}

/// <summary>The threshold for uncertain results.</summary>
public sealed record UncertainJson(double Threshold, CertainPartJson Reached, CertainPartJson? OutOfFold)
{
    internal static UncertainJson From(UncertainThreshold threshold) => new(
        threshold.Value, CertainPartJson.From(threshold.Reached), threshold.OutOfFold is { } outOfFold ? CertainPartJson.From(outOfFold) : null);
}

/// <summary>The result of one video.</summary>
public sealed record EvaluatedVideoJson(string Video, string Patient, string Fold, string Label, string Diagnosis, double Covid, double Pneumonia, double Healthy)
{
    internal static EvaluatedVideoJson From(Prediction prediction) => new(
        prediction.Video, prediction.Patient, prediction.Fold, prediction.Label.Name(), prediction.Predicted.Name(),
        prediction.Probabilities.Covid, prediction.Probabilities.Pneumonia, prediction.Probabilities.Healthy);
}

[JsonSerializable(typeof(EvaluationJson))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext
{
    /// <summary>Text in any script stays readable: it is not escaped.</summary>
    public static EvaluationJsonContext Readable { get; } = new(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
