using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>
/// Finds work that no worker runs: retries that are due, work of dead workers, and rows whose message was lost. Rows of a long backlog are
/// not lost. Therefore rows whose message may still be queued are republished oldest first, at growing intervals, and only as many as
/// exceed the number of queued messages.
/// </summary>
public sealed class Sweeper(Func<LedgerContext> open, TimeProvider clock, WorkLease lease, SweepOptions options)
{
    /// <summary>Takes the rows that are due. The next sweeps skip them for a while.</summary>
    public async Task<IReadOnlyList<IStageMessage>> TakeAsync(PerStage<long> queues, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(queues);
        var now = clock.GetUtcNow().UtcDateTime;
        var liveSince = lease.LiveSince(now);
        await using var ledger = open();
        var messages = new List<IStageMessage>();

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
            // Clips of an earlier generation wait for nothing. A version before left them when a video was replayed.
            foreach (var outdated in dueClips.Where(clip => clip.Generation != clip.Video!.Generation).GroupBy(clip => (clip.StudyDay, clip.Generation)))
            {
                var ids = outdated.Select(clip => clip.ClipId).ToList();
                await StudyCancellation.CancelAsync(
                    ledger.Clips.Where(clip => clip.StudyDay == outdated.Key.StudyDay && ids.Contains(clip.ClipId)
                        && clip.Generation == outdated.Key.Generation && clip.Status == status),
                    now, cancellation).ConfigureAwait(false);
            }
            messages.AddRange(dueClips.Where(clip => clip.Generation == clip.Video!.Generation)
                .Select(clip => PendingWork.Waiting(clip, clip.Video!)?.Message).OfType<IStageMessage>());
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

    /// <summary>Time until a row that has just been republished is due again.</summary>
    private TimeSpan IntervalAfter(int publishes) =>
        Min(options.RepublishAfter * Math.Pow(2, Math.Min(publishes, 20)), options.RepublishAtMostAfter);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
