using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>
/// Finds work that nobody is at: retries whose time has come, work of dead workers, and rows whose message was lost. A long backlog is
/// not lost work: rows whose message may still wait in its queue are published again, oldest first, only as far as they outnumber the
/// messages that wait there, and at growing intervals.
/// </summary>
public sealed class Sweeper(Func<LedgerContext> open, TimeProvider clock, WorkLease lease, SweepOptions options)
{
    /// <summary>Takes what is due, so that the next sweep does not see it again for a while.</summary>
    public async Task<IReadOnlyList<object>> TakeAsync(PerStage<long> queues, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(queues);
        var now = clock.GetUtcNow().UtcDateTime;
        var liveSince = lease.LiveSince(now);
        await using var ledger = open();
        var messages = new List<object>();

        var videos = ledger.Videos.Where(video => video.Status == WorkStatus.Found && video.NotBefore <= now
            && !ledger.Workers.Any(worker => worker.WorkerId == video.WorkerId && worker.HeartbeatAt > liveSince));
        var dueVideos = await DueAsync(videos, video => video.Publishes == 0, video => video.Publishes > 0, queues.Ingest).ConfigureAwait(false);
        foreach (var group in dueVideos.GroupBy(video => video.Publishes))
        {
            var (ids, next) = (group.Select(video => video.VideoId).ToList(), now + IntervalAfter(group.Key));
            await ledger.Videos
                .Where(video => ids.Contains(video.VideoId) && video.Status == WorkStatus.Found && video.Publishes == group.Key && video.NotBefore <= now)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(video => video.Publishes, group.Key + 1)
                    .SetProperty(video => video.NotBefore, next), cancellation).ConfigureAwait(false);
        }
        messages.AddRange(dueVideos.Select(PendingWork.Found));

        foreach (var (status, waiting) in new[] { (WorkStatus.Cut, queues.Features), (WorkStatus.Extracted, queues.Sequence) })
        {
            var clips = ledger.Clips.Where(clip => clip.Status == status && clip.NotBefore <= now
                && !ledger.Workers.Any(worker => worker.WorkerId == clip.WorkerId && worker.HeartbeatAt > liveSince));
            var dueClips = await DueAsync(clips, clip => clip.Publishes == 0, clip => clip.Publishes > 0, waiting).ConfigureAwait(false);
            foreach (var group in dueClips.GroupBy(clip => (clip.StudyDay, clip.Publishes)))
            {
                var (ids, next) = (group.Select(clip => clip.ClipId).ToList(), now + IntervalAfter(group.Key.Publishes));
                await ledger.Clips
                    .Where(clip => clip.StudyDay == group.Key.StudyDay && ids.Contains(clip.ClipId) && clip.Status == status
                        && clip.Publishes == group.Key.Publishes && clip.NotBefore <= now)
                    .ExecuteUpdateAsync(set => set
                        .SetProperty(clip => clip.Publishes, group.Key.Publishes + 1)
                        .SetProperty(clip => clip.NotBefore, next), cancellation).ConfigureAwait(false);
            }
            messages.AddRange(dueClips.Where(clip => clip.Generation == clip.Video!.Generation)
                .Select(clip => PendingWork.Waiting(clip, clip.Video!)?.Message).OfType<object>());
        }
        return messages;

        async Task<List<TRow>> DueAsync<TRow>(
            IQueryable<TRow> rows, System.Linq.Expressions.Expression<Func<TRow, bool>> unqueued,
            System.Linq.Expressions.Expression<Func<TRow, bool>> queued, long messagesWaiting) where TRow : class, ISwept
        {
            var due = await WithParents(rows.Where(unqueued)).OrderBy(row => row.NotBefore).Take(options.Batch).ToListAsync(cancellation).ConfigureAwait(false);
            var overdue = rows.Where(queued);
            var missing = messagesWaiting == 0
                ? options.Batch
                : await overdue.LongCountAsync(cancellation).ConfigureAwait(false) - messagesWaiting;
            if (missing > 0)
                due.AddRange(await WithParents(overdue).OrderBy(row => row.NotBefore).Take((int)Math.Min(missing, options.Batch)).ToListAsync(cancellation).ConfigureAwait(false));
            return due;
        }

        static IQueryable<TRow> WithParents<TRow>(IQueryable<TRow> rows) where TRow : class => rows.AsNoTracking() switch
        {
            IQueryable<VideoRow> videos => (IQueryable<TRow>)videos.Include(video => video.Study),
            IQueryable<ClipRow> clips => (IQueryable<TRow>)clips.Include(clip => clip.Video!.Study),
            var others => others,
        };
    }

    /// <summary>How long a row rests after it was published once more.</summary>
    private TimeSpan IntervalAfter(int publishes) =>
        Min(options.RepublishAfter * Math.Pow(2, Math.Min(publishes, 20)), options.RepublishAtMostAfter);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
