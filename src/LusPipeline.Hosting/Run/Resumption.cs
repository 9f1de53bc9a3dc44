using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Hosting.Run;

/// <summary>Finds out what videos of an interrupted run still wait for, and settles those whose last step was lost.</summary>
internal sealed class Resumption(PendingWork pending, VideoMoves videos, VideoSettlement settlement)
{
    /// <summary>
    /// Messages to publish. Work that was in flight when the last run died without a word comes in <c>Suspects</c>, fewest starts first.
    /// </summary>
    public async Task<(IReadOnlyList<object> Messages, IReadOnlyList<PendingMessage> Suspects)> ResumeAsync(
        IReadOnlyCollection<RegisteredVideo> begun, CancellationToken cancellation)
    {
        var ids = begun.Select(video => video.VideoId).ToList();
        await videos.StepBackIncompleteAsync(ids, cancellation).ConfigureAwait(false);
        var waiting = await pending.TakeAsync(ids, cancellation).ConfigureAwait(false);
        var busy = waiting.Select(message => message.VideoId).ToHashSet();
        var messages = new List<object>();
        foreach (var video in begun.Where(video => !busy.Contains(video.VideoId)))
        {
            if (await settlement.SettleAsync(video.VideoId, video.StudyId, video.StudyDay, video.Generation, cancellation).ConfigureAwait(false) is { } again)
                messages.Add(again);
        }
        messages.AddRange(waiting.Where(message => message.Starts == 0).Select(message => message.Message));
        return (messages, [.. waiting.Where(message => message.Starts > 0).OrderBy(message => message.Starts)]);
    }
}
