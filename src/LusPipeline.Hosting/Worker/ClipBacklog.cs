using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Media.Cutting;
using LusPipeline.Pipeline.Ingest;
using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Bounds the clips that wait for features over all ingest workers. It reads in the ledger which of this worker's clips wait no more, and how
/// many clips of other workers wait. Between two reads, workers may exceed the bound together by the clips that they cut in that time.
/// Clips of a bundle that no living worker has are not counted, as long as other bundles' clips are taken: they wait for a person to start such a
/// worker. At most as many of them as the bound wait (<see cref="StalledBundles"/>).
/// </summary>
internal sealed class ClipBacklog(
    ClipTakers takers, ClipPermits permits, ClipGate gate, StalledBundles stalled, StageEvents events, FatalError fault,
    OutageWait outages, LoopWatchdog loops)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The loop counts as stuck after this time. It is longer than a statement's time limit, also on a busy machine.</summary>
    private static readonly TimeSpan StandsStill = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var loop = loops.Watch("backlog", StandsStill);
        for (var tries = 0; ;)
        {
            loop.Beat();
            try
            {
                await CheckAsync(stoppingToken).ConfigureAwait(false);
                tries = 0;
            }
            catch (Exception broken) when (!stoppingToken.IsCancellationRequested && !OutageWait.Is(broken))
            {
                fault.Break(broken);
                return;
            }
            catch (Exception away) when (!stoppingToken.IsCancellationRequested)
            {
                await outages.WaitAsync(away, tries++, stoppingToken).ConfigureAwait(false);
            }
            await Task.Delay(Interval, stoppingToken).ConfigureAwait(false);
        }
    }

    internal async Task CheckAsync(CancellationToken cancellation)
    {
        var own = permits.Waiting;
        var (waiting, bundles) = await takers.ReadAsync(cancellation).ConfigureAwait(false);
        // Without any features worker everything counts, so that ingest waits for the first one.
        var untaken = bundles.Count == 0 ? [] : waiting.Where(clip => !bundles.Contains(clip.BundleId)).ToList();
        stalled.Set(untaken.GroupBy(clip => clip.BundleId).Where(bundle => bundle.Count() >= gate.Capacity).Select(bundle => bundle.Key).ToHashSet(StringComparer.Ordinal));
        var counted = waiting.Except(untaken).Select(clip => clip.ClipId).ToHashSet();
        foreach (var clip in own.Where(clip => !counted.Contains(clip)))
            events.OnClipReleased(clip);
        // Own clips are counted by their permits, those cut since the read included. So no clip counts twice for longer than until the next read.
        counted.ExceptWith(permits.Waiting);
        gate.Occupy(counted.Count);
    }
}
