using LusPipeline.Core.Messages;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Hosting.Run;

/// <summary>Finds the unfinished work of an interrupted run's videos, and settles videos whose last step was lost.</summary>
internal sealed class Resumption(PendingWork pending, VideoMoves videos, VideoSettlement settlement)
{
    /// <summary>
    /// Returns the messages to publish. Work that was running when the last run died is in <c>Suspects</c>, ordered by starts, fewest first.
    /// </summary>
    public async Task<(IReadOnlyList<IStageMessage> Messages, IReadOnlyList<PendingMessage> Suspects)> ResumeAsync(
        IReadOnlyCollection<RegisteredVideo> begun, CancellationToken cancellation)
    {
        var ids = begun.Select(video => video.VideoId).ToList();
        await videos.StepBackIncompleteAsync(ids, cancellation).ConfigureAwait(false);
        var waiting = await pending.TakeAsync(ids, cancellation).ConfigureAwait(false);
        var busy = waiting.Select(message => message.VideoId).ToHashSet();
        var messages = new List<IStageMessage>();
        foreach (var video in begun.Where(video => !busy.Contains(video.VideoId)))
        {
            if (await settlement.SettleAsync(video.VideoId, video.StudyId, video.StudyDay, video.Generation, cancellation).ConfigureAwait(false) is { } again)
                messages.Add(again);
        }
        messages.AddRange(waiting.Where(message => message.Starts == 0).Select(message => message.Message));
        return (messages, [.. waiting.Where(message => message.Starts > 0).OrderBy(message => message.Starts)]);
    }
}
