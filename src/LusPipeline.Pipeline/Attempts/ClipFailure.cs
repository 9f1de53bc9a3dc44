using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>Fails a clip for good, and its video too.</summary>
internal sealed class ClipFailure(ClipMoves clips, Completion completion, StageEvents events)
{
    /// <param name="stage">The stage that the clip waits for.</param>
    /// <param name="reason">One of <see cref="Core.Outcomes.ReasonCode"/>.</param>
    /// <param name="detail">What happened, for the ledger.</param>
    /// <returns>Whether this call failed the clip.</returns>
    public async Task<bool> FailAsync(Stage stage, ClipWork work, string reason, string detail, CancellationToken cancellation)
    {
        if (!await clips.FailAsync(work, ClipAttempt.StatusTaken(stage), reason, cancellation).ConfigureAwait(false))
            return false;
        events.OnClipReleased(work.ClipId);
        await completion.FailVideoAsync(
            work.VideoId, work.StudyId, work.Generation, reason, $"clip {work.ClipIndex}: {detail}", cancellation).ConfigureAwait(false);
        return true;
    }
}
