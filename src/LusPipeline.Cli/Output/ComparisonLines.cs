using System.Text.Json;
using LusPipeline.Hosting.Offline;

namespace LusPipeline.Cli.Output;

/// <summary>Two bundles on the same videos, for scripts.</summary>
internal static class ComparisonLines
{
    /// <summary>One object a line.</summary>
    public static void Write(ComparisonReport report, TextWriter output)
    {
        foreach (var video in report.Videos)
        {
            var line = new ComparedVideoJson(
                "video", video.Key, ComparedSideJson.From(video.A), ComparedSideJson.From(video.B), video.Agree, video.Difference, video.Cosine, null, null);
            output.WriteLine(JsonSerializer.Serialize(line, ComparisonJson.Lines.ComparedVideoJson));
        }
        foreach (var (key, rejection) in report.Rejected)
            output.WriteLine(JsonSerializer.Serialize(new ComparedVideoJson("video", key, null, null, null, null, null, rejection.Reason, rejection.Detail), ComparisonJson.Lines.ComparedVideoJson));
        var summary = new ComparisonSummaryJson(
            "summary", ComparedBundleJson.From(report.A), ComparedBundleJson.From(report.B), report.Videos.Count, report.Rejected.Count,
            report.Diagnosed, report.Agreeing, report.Difference, report.Cosine);
        output.WriteLine(JsonSerializer.Serialize(summary, ComparisonJson.Lines.ComparisonSummaryJson));
    }
}
