using System.Diagnostics;

namespace LusPipeline.Core.Telemetry;

/// <summary>Spans of the pipeline. File names may contain a patient's name, so spans carry only ids.</summary>
public static class StageTrace
{
    public const string SourceName = "LusPipeline";

    public const string StudyId = "lus.study.id";
    public const string StudyDay = "lus.study.day";
    public const string VideoId = "lus.video.id";
    public const string ClipId = "lus.clip.id";
    public const string Frames = "lus.frames";
    public const string Reason = "lus.reason";
    public const string Bundle = "lus.bundle";
    public const string Variant = "lus.variant";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Starts a stage's span inside its study's trace.</summary>
    /// <param name="name">probe, decode, features, sequence …</param>
    /// <param name="traceParent">The study's W3C trace context, as its ledger row stores it.</param>
    public static Activity? Start(string name, string? traceParent, Guid study, DateOnly studyDay, Guid? video = null, Guid? clip = null)
    {
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        var activity = Source.StartActivity(name, ActivityKind.Consumer, parent);
        if (activity is null)
            return null;
        activity.SetTag(StudyId, study.ToString("D"));
        activity.SetTag(StudyDay, studyDay.ToString("O"));
        if (video is { } videoId)
            activity.SetTag(VideoId, videoId.ToString("D"));
        if (clip is { } clipId)
            activity.SetTag(ClipId, clipId.ToString("D"));
        return activity;
    }

    /// <summary>Marks a span failed with a reason code.</summary>
    public static void Fail(this Activity? activity, string reason)
    {
        activity?.SetTag(Reason, reason);
        activity?.SetStatus(ActivityStatusCode.Error, reason);
    }
}
