using LusPipeline.Core.Messages;
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
/// The periodic duty of one worker for all. It publishes work that nobody does, settles videos and studies whose last step was lost, announces
/// completed studies and deletes orphaned clips. A worker whose database user may not read predictions leaves it to others.
/// </summary>
internal sealed partial class Sweep(
    BrokerTopology topology, Sweeper sweeper, VideoSettlement settlement, StudyMoves studies, Completion completion, StudyAnnouncer announcer,
    OrphanClips orphans, WorkerRegister workers, IStageBus bus, SweepOptions options, LeasedDuties duties, DutyLoop loop,
    OutageWait outages, ILogger<Sweep> logger) : BackgroundService
{
    private const int MaxParallel = 32;
    private static readonly TimeSpan ForgetWorkersAfter = TimeSpan.FromDays(1);

    private bool _brokerAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var may = false;
        await outages.WaitOutAsync(async token => may = await duties.MaySweepAsync(token).ConfigureAwait(false), stoppingToken).ConfigureAwait(false);
        if (may)
            await loop.RunAsync("sweep", LeasedDuties.Sweep, options.Interval, SweepAsync, stoppingToken).ConfigureAwait(false);
        else
            LogLeft(logger);
    }

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
        await workers.ForgetAsync(ForgetWorkersAfter, cancellation).ConfigureAwait(false);
    }

    private async Task PublishAsync(LoopBeat beat, CancellationToken cancellation)
    {
        // This also declares the queues again if the broker has lost them.
        var depths = (await topology.DeclareAsync(cancellation).ConfigureAwait(false)).Stages;
        var due = await sweeper.TakeAsync(
            new(depths.Ingest?.Ready ?? 0, depths.Features?.Ready ?? 0, depths.Sequence?.Ready ?? 0), cancellation).ConfigureAwait(false);
        var settled = await settlement.SettleDueAsync(cancellation).ConfigureAwait(false);
        if (due.Count + settled.Count == 0)
            return;
        LogPublishing(logger, due.Count + settled.Count);
        await Parallel.ForEachAsync(
            due.Concat(settled), new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation },
            async (message, stopping) =>
            {
                await bus.PublishAsync(message, stopping).ConfigureAwait(false);
                beat.Beat();
            }).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Information, "The database's user may not read predictions: the sweep is left to other workers")]
    private static partial void LogLeft(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Published {Messages} messages again")]
    private static partial void LogPublishing(ILogger logger, int messages);

    [LoggerMessage(LogLevel.Warning, "The sweep waits for the broker: {Detail}")]
    private static partial void LogAway(ILogger logger, string detail);
}
