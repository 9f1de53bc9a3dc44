using System.Text.Json;
using LusPipeline.Hosting.Offline;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the comparison of two bundles as JSON, for scripts.</summary>
internal static class ComparisonLines
{
    /// <summary>Writes one object on each line.</summary>
    public static void Write(ComparisonReport report, TextWriter output)
    {
        foreach (var video in report.Videos)
        {
            var line = new ComparedVideoJson(
                "video", video.Key, ComparedSideJson.From(video.A), ComparedSideJson.From(video.B), video.Agree, video.Difference, video.Cosine, null, null);
            output.WriteLine(JsonSerializer.Serialize(line, CliJson.Lines.ComparedVideoJson));
        }
        foreach (var (key, rejection) in report.Rejected)
            output.WriteLine(JsonSerializer.Serialize(new ComparedVideoJson("video", key, null, null, null, null, null, rejection.Reason, rejection.Detail), CliJson.Lines.ComparedVideoJson));
        var summary = new ComparisonSummaryJson(
            "summary", ComparedBundleJson.From(report.A), ComparedBundleJson.From(report.B), report.Videos.Count, report.Rejected.Count,
            report.Diagnosed, report.Agreeing, report.Difference, report.Cosine);
        output.WriteLine(JsonSerializer.Serialize(summary, CliJson.Lines.ComparisonSummaryJson));
    }
}
