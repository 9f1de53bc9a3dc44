using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>The result of one video. It is a contract with scripts: names may be added but never change.</summary>
public sealed record VideoJson(
    string Kind, string Study, string Video, string Status, string? Reason, IReadOnlyList<string> Warnings,
    string? Diagnosis, bool? Uncertain, ProbabilitiesJson? Probabilities, double? Spread, int? Clips, int? Frames,
    string Model, string Variant, string TraceId, double? Seconds, bool Cached, string? Detail)
{
    public static VideoJson From(VideoResult video, bool cached) => new(
        "video", video.Study, video.Video, video.Status, video.Reason, video.Warnings,
        video.Result?.Diagnosis.Name(), video.Result?.Uncertain, ProbabilitiesJson.From(video.Result), video.Result?.Spread,
        video.Result is null ? null : video.Clips.Count, video.Frames, video.Model, video.Variant, video.TraceId, video.Seconds, cached, video.Detail);
}
