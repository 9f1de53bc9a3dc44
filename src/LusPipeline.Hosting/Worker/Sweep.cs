using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// What one worker at a time does for all: publishes what nobody is at, settles videos and studies whose last step was lost, tells of
/// completed studies, deletes orphans.
/// </summary>
internal sealed partial class Sweep(
    BrokerTopology topology, Sweeper sweeper, VideoSettlement settlement, StudyMoves studies, Completion completion, StudyAnnouncer announcer,
    OrphanClips orphans, WorkerRegister workers, StageBusPublisher publisher, SweepOptions options, DutyLoop loop, ILogger<Sweep> logger) : BackgroundService
{
    private const int Publishing = 32;
    private static readonly TimeSpan Silence = TimeSpan.FromDays(1);

    private bool _brokerAway;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loop.RunAsync("sweep", Duties.Sweep, options.Interval, SweepAsync, stoppingToken);

    private async Task SweepAsync(LoopBeat beat, CancellationToken cancellation)
    {
        foreach (var study in await studies.TakeDueAsync(options.Batch, options.RepublishAfter, cancellation).ConfigureAwait(false))
        {
            await completion.CompleteStudyAsync(study, cancellation).ConfigureAwait(false);
            beat.Beat();
        }
        try
        {
            await PublishAsync(beat, cancellation).ConfigureAwait(false);
            await announcer.AnnounceAsync(beat, cancellation).ConfigureAwait(false);
            _brokerAway = false;
        }
        catch (BrokerUnavailableException away)
        {
            if (!_brokerAway)
                LogAway(logger, away.Message);
            _brokerAway = true;
        }
        await orphans.DeleteDueAsync(beat, cancellation).ConfigureAwait(false);
        await workers.ForgetAsync(Silence, cancellation).ConfigureAwait(false);
    }

    private async Task PublishAsync(LoopBeat beat, CancellationToken cancellation)
    {
        // Makes the queues again where a broker lost them, too.
        var depths = (await topology.DeclareAsync(cancellation).ConfigureAwait(false)).Stages;
        var due = await sweeper.TakeAsync(
            new(depths.Ingest.Ready, depths.Features.Ready, depths.Sequence.Ready), cancellation).ConfigureAwait(false);
        var settled = await settlement.SettleDueAsync(cancellation).ConfigureAwait(false);
        if (due.Count + settled.Count == 0)
            return;
        LogPublishing(logger, due.Count + settled.Count);
        await Parallel.ForEachAsync(
            due.Concat(settled), new ParallelOptions { MaxDegreeOfParallelism = Publishing, CancellationToken = cancellation },
            async (message, stopping) =>
            {
                await publisher.PublishAsync(message, stopping).ConfigureAwait(false);
                beat.Beat();
            }).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Information, "{Messages} messages are published again")]
    private static partial void LogPublishing(ILogger logger, int messages);

    [LoggerMessage(LogLevel.Warning, "The sweeper waits for the broker: {Detail}")]
    private static partial void LogAway(ILogger logger, string detail);
}
