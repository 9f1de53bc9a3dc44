using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Judges messages that the broker gave up delivering. A killed consumer's prefetched messages count a delivery each, the innocent ones
/// too, so only the ledger's own count of starts makes one crashed.
/// </summary>
public sealed class ReturnedWork(
    Func<LedgerContext> open, TimeProvider clock, WorkLease lease, AttemptOptions attempts, ClipMoves clips, Completion completion, StageEvents events) : IReturnedWork
{
    public Task<ReturnedOutcome> SettleAsync(object message, CancellationToken cancellation) => message switch
    {
        VideoFound found => SettleVideoAsync(found.VideoId, found.Generation, cancellation),
        ClipReady ready => SettleClipAsync(ready.StudyDay, ready.ClipId, ready.StudyId, ready.Generation, WorkStatus.Cut, cancellation),
        FeaturesReady ready => SettleClipAsync(ready.StudyDay, ready.ClipId, ready.StudyId, ready.Generation, WorkStatus.Extracted, cancellation),
        _ => throw new ArgumentException($"{message.GetType().Name} is no message of a stage.", nameof(message)),
    };

    private async Task<ReturnedOutcome> SettleVideoAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var liveSince = lease.LiveSince(now);
        VideoWork work;
        await using (var ledger = open())
        {
            var row = await ledger.Videos.AsNoTracking()
                .SingleOrDefaultAsync(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Found, cancellation)
                .ConfigureAwait(false);
            if (row is null)
                return ReturnedOutcome.Stale;
            var live = await ledger.Workers.AnyAsync(worker => worker.WorkerId == row.WorkerId && worker.HeartbeatAt > liveSince, cancellation).ConfigureAwait(false);
            if (live || row.Starts < attempts.MaxStarts)
            {
                await ledger.Videos.Where(video => video.VideoId == videoId && video.Generation == generation && video.Status == WorkStatus.Found)
                    .ExecuteUpdateAsync(set => set.SetProperty(video => video.Publishes, 0).SetProperty(video => video.NotBefore, now + lease.Duration), cancellation)
                    .ConfigureAwait(false);
                return ReturnedOutcome.ComesBack;
            }
            work = VideoMoves.WorkOf(row);
        }
        await completion.FailVideoAsync(work, ReasonCode.Crashed, AttemptRunner.NeverEnded, cancellation).ConfigureAwait(false);
        return ReturnedOutcome.Crashed;
    }

    private async Task<ReturnedOutcome> SettleClipAsync(
        DateOnly studyDay, Guid clipId, Guid studyId, int generation, string status, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var liveSince = lease.LiveSince(now);
        ClipWork work;
        await using (var ledger = open())
        {
            var rows = ledger.Clips
                .Where(clip => clip.StudyDay == studyDay && clip.ClipId == clipId && clip.Generation == generation && clip.Status == status);
            var row = await rows.AsNoTracking().SingleOrDefaultAsync(cancellation).ConfigureAwait(false);
            if (row is null)
                return ReturnedOutcome.Stale;
            var live = await ledger.Workers.AnyAsync(worker => worker.WorkerId == row.WorkerId && worker.HeartbeatAt > liveSince, cancellation).ConfigureAwait(false);
            if (live || row.Starts < attempts.MaxStarts)
            {
                await rows.ExecuteUpdateAsync(
                    set => set.SetProperty(clip => clip.Publishes, 0).SetProperty(clip => clip.NotBefore, now + lease.Duration), cancellation).ConfigureAwait(false);
                return ReturnedOutcome.ComesBack;
            }
            work = ClipMoves.WorkOf(row);
        }
        if (await clips.FailAsync(work, status, ReasonCode.Crashed, cancellation).ConfigureAwait(false))
        {
            events.OnClipReleased(clipId);
            await completion.FailVideoAsync(work.VideoId, studyId, generation, ReasonCode.Crashed, $"clip {work.ClipIndex}: {AttemptRunner.NeverEnded}", cancellation)
                .ConfigureAwait(false);
        }
        return ReturnedOutcome.Crashed;
    }
}
