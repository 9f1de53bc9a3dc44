using System.Diagnostics;

namespace LusPipeline.Core.Telemetry;

/// <summary>The short root span of a study's trace. It is exported only if the study was new and its row is committed to the ledger.</summary>
public sealed class StudySeen : IDisposable
{
    private readonly Activity? _activity;
    private bool _kept;

    /// <param name="name"><c>study seen</c>, or <c>replay</c> for a later generation.</param>
    /// <param name="link">W3C trace context of the trace that this one follows; null if there is none.</param>
    public StudySeen(string name, Guid study, DateOnly studyDay, string? link = null)
    {
        ActivityLink[]? links = ActivityContext.TryParse(link, null, out var linked) ? [new ActivityLink(linked)] : null;
        var ambient = Activity.Current;
        Activity.Current = null;
        _activity = StageTrace.Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), links: links);
        Activity.Current = ambient;
        _activity?.SetTag(StageTrace.StudyId, study.ToString("D"));
        _activity?.SetTag(StageTrace.StudyDay, studyDay.ToString("O"));
        TraceParent = _activity?.Id ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";
    }

    /// <summary>W3C trace context of this trace, for the ledger.</summary>
    public string TraceParent { get; }

    public void Keep() => _kept = true;

    public void Dispose()
    {
        if (_activity is null)
            return;
        if (!_kept)
            _activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        _activity.Dispose();
    }
}
