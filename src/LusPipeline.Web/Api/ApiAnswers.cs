using LusPipeline.Core.Identity;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using LusPipeline.Web.Shown;

namespace LusPipeline.Web.Api;

/// <summary>What is wrong with a request, and the fix.</summary>
internal sealed record ErrorJson(string Error);

/// <summary>A page of studies, newest first.</summary>
/// <param name="Next">What the parameter 'after' takes for the next page; null at the end.</param>
/// <param name="Cut">Whether reading stopped before the page was full, because it had taken long. 'next' goes on with it.</param>
internal sealed record StudyListJson(IReadOnlyList<StudyEntryJson> Studies, string? Next, bool Cut)
{
    public static StudyListJson From(StudyPage page) =>
        new([.. page.Studies.Select(StudyEntryJson.From)], page.Next is { } next ? PlaceText.Write(next) : null, page.Cut);
}

/// <summary>A study of a list. Its result is what <c>lus studies --format json</c> prints.</summary>
internal sealed record StudyEntryJson(Guid Id, DateTime FirstSeenAt, DateTime? CompletedAt, StudyJson Result)
{
    public static StudyEntryJson From(StudyResult study) => new(study.StudyId, study.FirstSeenAt, study.CompletedAt, StudyJson.From(study));
}

/// <summary>A study. Its results are what <c>lus show --format json</c> prints.</summary>
internal sealed record StudyDetailsJson(
    Guid Id, DateTime FirstSeenAt, DateTime? CompletedAt, StudyJson Result, IReadOnlyList<VideoEntryJson> Videos, IReadOnlyList<EarlierJson> Earlier, string Notice)
{
    public static StudyDetailsJson From(ShownStudy shown) => new(
        shown.Study.StudyId, shown.Study.FirstSeenAt, shown.Study.CompletedAt, StudyJson.From(shown.Study),
        [.. shown.Study.Videos.Select(video => new VideoEntryJson(video.VideoId, VideoJson.From(video, cached: true)))],
        [.. shown.Earlier.Select(EarlierJson.From)], Notices.ResearchUse);
}

/// <summary>A video of a study.</summary>
internal sealed record VideoEntryJson(Guid Id, VideoJson Result);

/// <summary>A video with its clips.</summary>
/// <param name="Bytes">Size of the file; 0 for a loop of an archive, whose size nobody says.</param>
/// <param name="DurationSeconds">Length of the video; null if it is unknown.</param>
/// <param name="Plan">whole or windows.</param>
internal sealed record VideoDetailsJson(
    Guid Id, Guid StudyId, int Generation, bool Superseded, VideoJson Result, long Bytes, string? Codec, int? Width, int? Height, double? DurationSeconds,
    string Plan, IReadOnlyList<ClipJson> Clips, IReadOnlyList<EarlierJson> Earlier, string Notice)
{
    public static VideoDetailsJson From(ShownVideo shown)
    {
        var (video, details, earlier) = shown;
        return new(
            video.VideoId, video.StudyId, video.Generation, details.Superseded, VideoJson.From(video, cached: true), details.Bytes, details.Codec, details.Width,
            details.Height, details.Duration?.TotalSeconds, details.Plan.Kind,
            [.. video.Clips.Select((probabilities, index) => ClipJson.From(shown, index))], [.. earlier.Select(EarlierJson.From)], Notices.ResearchUse);
    }
}

/// <summary>A clip that was predicted.</summary>
/// <param name="Index">Position of the clip in its video, from 0.</param>
/// <param name="Frames">The decoded frames of the video that it consists of, from 0; empty if the video's number of frames is unknown.</param>
internal sealed record ClipJson(Guid Id, int Index, IReadOnlyList<int> Frames, ProbabilitiesJson Probabilities)
{
    public static ClipJson From(ShownVideo shown, int index)
    {
        var ((covid, pneumonia, healthy), details) = (shown.Video.Clips[index], shown.Details);
        return new(
            LedgerIds.Clip(details.VideoId, details.Plan, index), index,
            details.Cut is { } cut ? [.. Enumerable.Range(0, cut.Frames).Select(position => cut.FrameAt(index, position))] : [],
            new(covid, pneumonia, healthy));
    }
}

/// <summary>The traces of a study.</summary>
internal sealed record TraceJson(IReadOnlyList<SpanJson> Spans);

/// <summary>A span of a study's trace.</summary>
/// <param name="Reason">A reason code, if it failed.</param>
internal sealed record SpanJson(
    string TraceId, string SpanId, string? ParentSpanId, Guid? VideoId, Guid? ClipId, string Name, string? Reason, DateTime StartedAt, double DurationMs)
{
    public static SpanJson From(SpanRow span) => new(
        span.TraceId, span.SpanId, span.ParentSpanId, span.VideoId, span.ClipId, span.Name, span.Reason, span.StartedAt, span.DurationMicroseconds / 1000.0);
}

/// <summary>The bundles that the ledger has results of, newest first.</summary>
/// <param name="StudiesLookedAt">The number of the newest studies whose videos are counted.</param>
internal sealed record ModelsJson(IReadOnlyList<ModelJson> Models, int StudiesLookedAt);

/// <summary>A bundle.</summary>
/// <param name="Id">sha256 of its inference part.</param>
/// <param name="Threshold">A result whose highest probability is below it is uncertain.</param>
/// <param name="Videos">Its videos by variant, among the newest studies.</param>
internal sealed record ModelJson(string Id, string Name, string Version, double Threshold, DateTime FirstSeenAt, IReadOnlyDictionary<string, int> Videos)
{
    public static ModelJson From(UsedBundle used) => new(
        used.Bundle.BundleId, used.Bundle.Name, used.Bundle.Version, used.Bundle.Threshold, used.Bundle.FirstSeenAt, used.Videos);
}
