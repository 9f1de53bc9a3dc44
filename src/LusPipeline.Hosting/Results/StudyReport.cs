using System.Text.Json;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>
/// A study's result as one object in the bucket: the study's line and its videos' lines, as <c>lus results --format json</c> prints them.
/// </summary>
/// <param name="Version">Version of the contract. Fields may be added but never change.</param>
public sealed record StudyReport(int Version, StudyJson Result, IReadOnlyList<VideoJson> Videos, DateTime? CompletedAt, string Notice)
{
    public const int CurrentVersion = 1;

    private const string ResearchUse = "Research use only: not a medical device.";

    public static StudyReport From(StudyResult study)
    {
        ArgumentNullException.ThrowIfNull(study);
        return new(CurrentVersion, StudyJson.From(study), [.. study.Videos.Select(video => VideoJson.From(video, cached: true))], study.CompletedAt, ResearchUse);
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, HostingJson.Report.StudyReport);
}
