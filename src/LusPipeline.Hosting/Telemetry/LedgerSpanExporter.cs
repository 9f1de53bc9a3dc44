using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using LusPipeline.Core.Telemetry;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Ledger.Model;
using Microsoft.EntityFrameworkCore;
using OpenTelemetry;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>Writes the spans of studies into the ledger, so that a waterfall needs no other server.</summary>
internal sealed class LedgerSpanExporter(Func<LedgerContext> open) : BaseExporter<Activity>
{
    private static readonly HashSet<string> Columns =
        [StageTrace.StudyId, StageTrace.StudyDay, StageTrace.VideoId, StageTrace.ClipId, StageTrace.Reason];

    public override ExportResult Export(in Batch<Activity> batch)
    {
        using var suppressed = SuppressInstrumentationScope.Begin();
        using var ledger = open();
        foreach (var activity in batch)
        {
            if (Row(activity) is { } row)
                ledger.Spans.Add(row);
        }
        try
        {
            ledger.SaveChanges();
            return ExportResult.Success;
        }
        catch (Exception unwritten) when (unwritten is DbUpdateException or DbException)
        {
            // Spans are lost rather than results; whatever else needs the ledger says what is wrong with it.
            return ExportResult.Failure;
        }
    }

    private static SpanRow? Row(Activity activity)
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
