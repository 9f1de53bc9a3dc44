using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>A study's result as one object of the bucket: its line and those of its videos, as <c>lus results --format json</c> prints them.</summary>
/// <param name="Version">The contract's version; fields may be added, none change.</param>
public sealed record StudyReport(int Version, StudyJson Result, IReadOnlyList<VideoJson> Videos, DateTime? CompletedAt, string Notice)
{
    public const int CurrentVersion = 1;

    private const string ResearchUse = "Research use only: not a medical device.";

    public static StudyReport From(StudyResult study)
    {
        ArgumentNullException.ThrowIfNull(study);
        return new(CurrentVersion, StudyJson.From(study), [.. study.Videos.Select(video => VideoJson.From(video, cached: true))], study.CompletedAt, ResearchUse);
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ReportJson.Readable.StudyReport);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StudyReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static ReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
