using LusPipeline.Core.Messages;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Hosting.Run;

/// <summary>
/// Work that was running when an earlier run crashed or was killed. It runs after everything else, one video at a time, so that a crash can
/// be attributed to the video that causes it.
/// </summary>
internal sealed class Suspects(Outstanding outstanding)
{
    private readonly List<PendingMessage> _messages = [];

    public bool Any => _messages.Count > 0;

    public void Add(IEnumerable<PendingMessage> messages) => _messages.AddRange(messages);

    /// <summary>Runs those that were added so far. Those that are added meanwhile wait for the next call.</summary>
    public async Task DrainAsync(IStageBus bus, CancellationToken cancellation)
    {
        var videos = _messages.GroupBy(suspect => suspect.VideoId).ToList();
        _messages.Clear();
        await outstanding.AllFinishedAsync(videos.Select(video => video.Key).ToHashSet()).WaitAsync(cancellation).ConfigureAwait(false);
        foreach (var video in videos)
        {
            foreach (var suspect in video)
                await bus.PublishAsync(suspect.Message, cancellation).ConfigureAwait(false);
            await outstanding.FinishedAsync(video.Key).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
