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
    /// <summary>OpenTelemetry's name of the reason.</summary>
    public const string ErrorType = "error.type";

    public const string Bundle = "lus.bundle";
    public const string Variant = "lus.variant";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>The span of a stage at work on what was delivered to it; in <c>lus run</c>, on what comes next.</summary>
    /// <param name="name">The stage's name.</param>
    /// <inheritdoc cref="Step"/>
    public static Activity? Start(string name, string? traceParent, Guid study, DateOnly studyDay, Guid? video = null, Guid? clip = null)
    {
        if (Delivery.Current is not { } delivery)
            return Step(name, traceParent, study, studyDay, video, clip);
        ActivityLink[]? links = delivery.Producer is { } producer ? [new ActivityLink(producer)] : null;
        var activity = Start(name, ActivityKind.Consumer, links, traceParent, study, studyDay, video, clip);
        activity?.SetTag("messaging.system", delivery.System);
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.operation.name", "process");
        activity?.SetTag("messaging.destination.name", delivery.Queue);
        return activity;
    }

    /// <summary>The span of a step inside the process. Its parent is the stage's span around it, or else the study's first span.</summary>
    /// <param name="name">probe, decode …</param>
    /// <param name="traceParent">The study's W3C trace context, as its ledger row stores it.</param>
    public static Activity? Step(string name, string? traceParent, Guid study, DateOnly studyDay, Guid? video = null, Guid? clip = null) =>
        Start(name, ActivityKind.Internal, null, traceParent, study, studyDay, video, clip);

    private static Activity? Start(
        string name, ActivityKind kind, ActivityLink[]? links, string? traceParent, Guid study, DateOnly studyDay, Guid? video, Guid? clip)
    {
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        if (Activity.Current is { } around && around.Source == Source && around.TraceId == parent.TraceId)
            parent = around.Context;
        var activity = Source.StartActivity(name, kind, parent, links: links);
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
        activity?.SetTag(ErrorType, reason);
        activity?.SetStatus(ActivityStatusCode.Error, reason);
    }
}
