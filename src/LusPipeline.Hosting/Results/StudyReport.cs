using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Core.Identity;
using LusPipeline.Storage.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>A study's result as one object of the bucket: its line and those of its videos, as <c>lus results --format json</c> prints them.</summary>
/// <param name="Version">The contract's version; fields may be added, none change.</param>
public sealed record StudyReport(int Version, StudyJson Result, IReadOnlyList<VideoJson> Videos, DateTime? CompletedAt, string Notice)
{
    public const int CurrentVersion = 1;

    private const string ResearchUse = "Research use only: not a medical device.";

    /// <summary>Longest study name that names its object; S3 keys have 1,024 bytes.</summary>
    private const int LongestName = 200;

    public static StudyReport Of(StudyResult study)
    {
        ArgumentNullException.ThrowIfNull(study);
        return new(CurrentVersion, StudyJson.Of(study), [.. study.Videos.Select(video => VideoJson.Of(video, cached: true))], study.CompletedAt, ResearchUse);
    }

    /// <summary><c>results/STUDY.json</c>; for a name that makes no good key (hidden, very long, control characters), the study's id.</summary>
    public static string KeyOf(StudyResult study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var name = study.Study;
        var plain = name.Length is > 0 and <= LongestName && name[0] != '.' && !name.Contains('/', StringComparison.Ordinal) && !name.Any(char.IsControl);
        return $"{WorkKeys.ResultsPrefix}{(plain ? name : study.StudyId.ToString("D"))}.json";
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
