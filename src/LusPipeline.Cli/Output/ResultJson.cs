using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Hosting.Results;

namespace LusPipeline.Cli.Output;

/// <summary>How predicted classes meet the labels: rows are labels, columns predictions, in the order of the classes.</summary>
internal sealed record AccuracyJson(double Accuracy, int Labelled, int[][] Confusion);

/// <summary>The last line.</summary>
internal sealed record SummaryJson(
    string Kind, int Videos, int Done, int Rejected, int Failed, int Cancelled, int Unfinished, int Cached, int Skipped, int Studies,
    double Seconds, string Home, bool Interrupted, AccuracyJson? Labels, string Notice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VideoJson))]
[JsonSerializable(typeof(EarlierJson))]
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
