using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Databases;
using LusPipeline.Media.Cutting;
using LusPipeline.Pipeline.Ingest;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Bounds the clips that wait for features over all ingest workers: the ledger tells this one which of its clips wait no more, and how
/// many of others do. Between two looks several workers may together go over the bound by what they cut in that time.
/// </summary>
internal sealed class ClipBacklog(
    Func<LedgerContext> open, ClipPermits permits, ClipGate gate, StageEvents events, FatalError fault, OutageWait outages, LoopWatchdog loops)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Beyond a statement's own time limit, and a busy machine.</summary>
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

    private async Task CheckAsync(CancellationToken cancellation)
    {
        var own = permits.Waiting;
        HashSet<Guid> waiting;
        await using (var ledger = open())
        {
            waiting = await ledger.Clips.Where(clip => clip.Status == WorkStatus.Cut).Select(clip => clip.ClipId)
                .ToHashSetAsync(cancellation).ConfigureAwait(false);
        }
        foreach (var clip in own.Where(clip => !waiting.Contains(clip)))
            events.OnClipReleased(clip);
        // Clips cut since the list was made are still counted by their permits, so none counts twice for longer than one look.
        waiting.ExceptWith(permits.Waiting);
        gate.Occupy(waiting.Count);
    }
}
