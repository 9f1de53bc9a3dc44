using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Storage.Ledger;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Hosting.Embedded;

/// <summary>Finds out what videos of an interrupted run still wait for, and settles those whose last step was lost.</summary>
internal sealed class Resumption(Func<LedgerContext> open, PendingWork pending, VideoMoves videos, Completion completion)
{
    /// <summary>
    /// Messages to publish. Work that was in flight when the last run died without a word comes in <c>Suspects</c>, fewest starts
    /// first: it is run last and one at a time, so that a clip that kills the process is found out without blaming its neighbours.
    /// </summary>
    public async Task<(IReadOnlyList<object> Messages, IReadOnlyList<PendingMessage> Suspects)> ResumeAsync(
        IReadOnlyCollection<RegisteredVideo> begun, CancellationToken cancellation)
    {
        var waiting = await pending.OfAsync([.. begun.Select(video => video.VideoId)], cancellation).ConfigureAwait(false);
        var busy = waiting.Select(message => message.VideoId).ToHashSet();
        var messages = new List<object>();
        foreach (var video in begun.Where(video => !busy.Contains(video.VideoId)))
        {
            if (await SettleAsync(video, cancellation).ConfigureAwait(false) is { } again)
                messages.Add(again);
        }
        messages.AddRange(waiting.Where(message => message.Starts == 0).Select(message => message.Message));
        return (messages, [.. waiting.Where(message => message.Starts > 0).OrderBy(message => message.Starts)]);
    }

    /// <summary>A video that is cut and none of whose clips waits: all are done, or one failed, or their rows are incomplete.</summary>
    private async Task<VideoFound?> SettleAsync(RegisteredVideo video, CancellationToken cancellation)
    {
        if (await completion.CompleteVideoAsync(video.VideoId, video.StudyId, video.Generation, cancellation).ConfigureAwait(false))
            return null;
        string? failed;
        await using (var ledger = open())
        {
            failed = await ledger.Clips
                .Where(clip => clip.VideoId == video.VideoId && clip.Generation == video.Generation && clip.Status == WorkStatus.Failed)
                .Select(clip => clip.Reason).FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
        }
        if (failed is not null)
        {
            await completion.FailVideoAsync(video.VideoId, video.StudyId, video.Generation, failed, "a clip failed", cancellation).ConfigureAwait(false);
            return null;
        }
        await videos.StepBackAsync(video.VideoId, video.Generation, cancellation).ConfigureAwait(false);
        return new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation);
    }
}
