using LusPipeline.Core.Clips;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Results;

/// <summary>Reads what videos' rows know beside their results.</summary>
public sealed class VideoDetailsReader(Func<LedgerContext> open)
{
    /// <returns>Null if the ledger has no such video.</returns>
    public async Task<VideoDetails?> ReadAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Videos.AsNoTracking().SingleOrDefaultAsync(video => video.VideoId == videoId, cancellation).ConfigureAwait(false) is { } row ? From(row) : null;
    }

    private static VideoDetails From(VideoRow row)
    {
        var duration = row.DurationTicks is { } ticks ? TimeSpan.FromTicks(ticks) : (TimeSpan?)null;
        var plan = ClipPlan.From(row.PlanKind, row.ClipFrames, TimeSpan.FromTicks(row.WindowTicks), TimeSpan.FromTicks(row.StrideTicks));
        return new(
            row.VideoId, row.StudyId, row.Generation, row.Superseded, row.Size, row.Codec, row.Width, row.Height, row.Frames, duration,
            plan, row.Clips is not null && row.Frames is >= 2 and var frames ? plan.Cut(frames, duration) : null,
            row.FoundAt, row.StartedAt, row.FinishedAt);
    }
}
