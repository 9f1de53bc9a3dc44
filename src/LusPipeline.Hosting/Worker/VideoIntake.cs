using System.Collections.Concurrent;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.Hosting.Worker;

/// <summary>Registers the videos that were found in the bucket and publishes messages for the new ones. Listings and notifications both use it.</summary>
internal sealed class VideoIntake(VideoRegister arrivals, StudyMoves studies, VideoTarget target, VideoLimits limits, IStageBus bus)
{
    /// <summary>Videos registered in one transaction.</summary>
    public const int VideosAtOnce = 1_000;

    /// <summary>Messages that wait for the broker's confirmation at the same time.</summary>
    private const int MaxParallel = 32;

    private readonly ConcurrentDictionary<ClosedStudy, bool> _closedAhead = new();

    /// <returns>How many of them are new.</returns>
    public async Task<int> TakeAsync(IReadOnlyList<SeenVideo> videos, LoopBeat beat, CancellationToken cancellation)
    {
        var messages = await arrivals.ArriveAsync(videos, target, limits, cancellation).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            messages, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation },
            async (message, stopping) =>
            {
                await bus.PublishAsync(message, stopping).ConfigureAwait(false);
                beat.Beat();
            }).ConfigureAwait(false);
        return messages.Count;
    }

    /// <summary>Closes a study whose videos are all registered, once for each marker.</summary>
    /// <param name="ahead">A notification named the marker, so a listing will find it once more.</param>
    public async Task CloseAsync(ClosedStudy closed, bool ahead, CancellationToken cancellation)
    {
        if (ahead ? _closedAhead.ContainsKey(closed) : _closedAhead.TryRemove(closed, out _))
            return;
        await studies.CloseAsync(closed.StudyId, cancellation).ConfigureAwait(false);
        if (ahead)
            _closedAhead[closed] = true;
    }
}
