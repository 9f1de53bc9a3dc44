using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Decides what happens to messages that the broker no longer delivers. When a consumer is killed, the broker counts a delivery for every
/// message that it had prefetched, even for those it had not started. Only the ledger's count of starts therefore shows whether work
/// crashed.
/// </summary>
public sealed class ReturnedWork(
    Func<LedgerContext> open, TimeProvider clock, WorkLease lease, AttemptOptions attempts, ClipMoves clips, Completion completion, StageEvents events) : IReturnedWork
{
    private readonly ReturnedRows _rows = new(open, clock, lease);
    private readonly ClipFailure _clipFailure = new(clips, completion, events);

    public Task<ReturnedOutcome> SettleAsync(IStageMessage message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message is IClipMessage clip ? SettleAsync(clip, cancellation) : SettleVideoAsync(message.SubjectId, message.Generation, cancellation);
    }

    private async Task<ReturnedOutcome> SettleVideoAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        if (await _rows.VideoAsync(videoId, generation, cancellation).ConfigureAwait(false) is not { } returned)
            return ReturnedOutcome.Stale;
        if (returned.Live || returned.Work.Starts < attempts.MaxStarts)
        {
            await _rows.RepublishVideoAsync(videoId, generation, cancellation).ConfigureAwait(false);
            return ReturnedOutcome.ComesBack;
        }
        await completion.FailVideoAsync(returned.Work, ReasonCode.Crashed, AttemptRunner.NeverEnded, cancellation).ConfigureAwait(false);
        return ReturnedOutcome.Crashed;
    }

    private async Task<ReturnedOutcome> SettleAsync(IClipMessage clip, CancellationToken cancellation)
    {
        var status = ClipAttempt.StatusTaken(clip.Stage);
        if (await _rows.ClipAsync(clip.StudyDay, clip.ClipId, clip.Generation, status, cancellation).ConfigureAwait(false) is not { } returned)
            return ReturnedOutcome.Stale;
        if (returned.Live || returned.Work.Starts < attempts.MaxStarts)
        {
            await _rows.RepublishClipAsync(clip.StudyDay, clip.ClipId, clip.Generation, status, cancellation).ConfigureAwait(false);
            return ReturnedOutcome.ComesBack;
        }
        await _clipFailure.FailAsync(clip.Stage, returned.Work, ReasonCode.Crashed, AttemptRunner.NeverEnded, cancellation).ConfigureAwait(false);
        return ReturnedOutcome.Crashed;
    }
}
