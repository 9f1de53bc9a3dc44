using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Hosting.Results;
using LusPipeline.Hosting.Status;

namespace LusPipeline.Cli.Output;

/// <summary>The context of all JSON that the program prints. Text in any script stays readable: it is not escaped.</summary>
[JsonSerializable(typeof(VideoJson))]
[JsonSerializable(typeof(EarlierJson))]
[JsonSerializable(typeof(StudyJson))]
[JsonSerializable(typeof(SummaryJson))]
[JsonSerializable(typeof(ComparedVideoJson))]
[JsonSerializable(typeof(ComparisonSummaryJson))]
[JsonSerializable(typeof(CheckJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(SettingJson[]))]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(UnexplainedJson))]
[JsonSerializable(typeof(TrainFitJson))]
[JsonSerializable(typeof(TrainTuneJson))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Writes each object on one line.</summary>
    public static CliJson Lines { get; } = new(Readable());

    /// <summary>Writes an object on several indented lines.</summary>
    public static CliJson Indented { get; } = new(new(Readable()) { WriteIndented = true });

    private static JsonSerializerOptions Readable() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
