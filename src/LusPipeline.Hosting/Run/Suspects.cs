using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Hosting.Run;

/// <summary>
/// Work that was in flight when an earlier run died without a word. It is run after everything else and one video at a time, so that
/// what kills the process is found out without blaming its neighbours.
/// </summary>
internal sealed class Suspects(Outstanding outstanding)
{
    private readonly List<PendingMessage> _messages = [];

    public bool Any => _messages.Count > 0;

    public void Add(IEnumerable<PendingMessage> messages) => _messages.AddRange(messages);

    /// <summary>Runs those that were added so far; those that are added meanwhile wait for another call.</summary>
    public async Task DrainAsync(StageBusPublisher publisher, CancellationToken cancellation)
    {
        var videos = _messages.GroupBy(suspect => suspect.VideoId).ToList();
        _messages.Clear();
        await outstanding.AllFinishedAsync(videos.Select(video => video.Key).ToHashSet()).WaitAsync(cancellation).ConfigureAwait(false);
        foreach (var video in videos)
        {
            foreach (var suspect in video)
                await publisher.PublishAsync(suspect.Message, cancellation).ConfigureAwait(false);
            await outstanding.FinishedAsync(video.Key).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
