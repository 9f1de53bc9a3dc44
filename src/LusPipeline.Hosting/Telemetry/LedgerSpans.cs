using System.Diagnostics;
using System.Text.Json;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>Turns spans into rows of the ledger.</summary>
internal static class LedgerSpans
{
    private static readonly HashSet<string> Columns =
        [StageTrace.StudyId, StageTrace.StudyDay, StageTrace.VideoId, StageTrace.ClipId, StageTrace.Reason, StageTrace.ErrorType];

    /// <returns>Null for a span that belongs to no study.</returns>
    public static SpanRow? Row(Activity activity)
    {
        if (activity.GetTagItem(StageTrace.StudyId) is not string study || activity.GetTagItem(StageTrace.StudyDay) is not string day)
            return null;
        return new SpanRow
        {
            StudyDay = DateOnly.ParseExact(day, "O"),
            TraceId = activity.TraceId.ToHexString(),
            SpanId = activity.SpanId.ToHexString(),
            ParentSpanId = activity.ParentSpanId == default ? null : activity.ParentSpanId.ToHexString(),
            StudyId = Guid.Parse(study),
            VideoId = activity.GetTagItem(StageTrace.VideoId) is string video ? Guid.Parse(video) : null,
            ClipId = activity.GetTagItem(StageTrace.ClipId) is string clip ? Guid.Parse(clip) : null,
            Name = activity.DisplayName,
            StartedAt = activity.StartTimeUtc,
            DurationMicroseconds = (long)activity.Duration.TotalMicroseconds,
            Reason = activity.GetTagItem(StageTrace.Reason) as string,
            Attributes = JsonSerializer.Serialize(
                activity.TagObjects.Where(tag => !Columns.Contains(tag.Key)).ToDictionary(tag => tag.Key, tag => tag.Value)),
        };
    }
}
