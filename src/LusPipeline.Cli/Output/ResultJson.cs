using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Storage.Results;

namespace LusPipeline.Cli.Output;

internal sealed record ProbabilitiesJson(double Covid, double Pneumonia, double Healthy)
{
    public static ProbabilitiesJson? Of(Result? result) =>
        result is { Probabilities: var p } ? new(p.Covid, p.Pneumonia, p.Healthy) : null;
}

/// <summary>The line of one video: a contract with scripts, so names are added and never changed.</summary>
internal sealed record VideoJson(
    string Kind, string Study, string Video, string Status, string? Reason, IReadOnlyList<string> Warnings,
    string? Diagnosis, bool? Uncertain, ProbabilitiesJson? Probabilities, double? Spread, int? Clips, int? Frames,
    string Model, string Variant, string TraceId, double? Seconds, bool Cached, string? Detail)
{
    public static VideoJson Of(VideoResult video, bool cached) => new(
        "video", video.Study, video.Video, video.Status, video.Reason, video.Warnings,
        video.Result?.Diagnosis.Name(), video.Result?.Uncertain, ProbabilitiesJson.Of(video.Result), video.Result?.Spread,
        video.Result is null ? null : video.Clips.Count, video.Frames, video.Model, video.Variant, video.TraceId, video.Seconds, cached, video.Detail);
}

/// <summary>The line of one study.</summary>
internal sealed record StudyJson(
    string Kind, string Study, string Status, string? Diagnosis, bool? Uncertain, ProbabilitiesJson? Probabilities, double? Spread,
    int Videos, int Rejected, int Revision, string TraceId)
{
    public static StudyJson Of(StudyResult study) => new(
        "study", study.Study, study.Status, study.Result?.Diagnosis.Name(), study.Result?.Uncertain, ProbabilitiesJson.Of(study.Result),
        study.Result?.Spread, study.Videos.Count, study.Count(WorkStatus.Rejected), study.Revision, study.TraceId);
}

/// <summary>How predicted classes meet the labels: rows are labels, columns predictions, in the order of the classes.</summary>
internal sealed record AccuracyJson(double Accuracy, int Labelled, int[][] Confusion);

/// <summary>The last line.</summary>
internal sealed record SummaryJson(
    string Kind, int Videos, int Done, int Rejected, int Failed, int Cancelled, int Unfinished, int Cached, int Skipped, int Studies,
    double Seconds, string Home, bool Interrupted, AccuracyJson? Labels, string Notice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VideoJson))]
[JsonSerializable(typeof(StudyJson))]
[JsonSerializable(typeof(SummaryJson))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>One object a line; text stays readable, whatever its script.</summary>
    public static ResultJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
