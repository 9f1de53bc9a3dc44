using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Writes this worker's heartbeat into the ledger and synchronizes with the database's clock. When the ledger may have gone back to an earlier
/// state, it also gives back rows that the ledger says this worker is at, and it is not. The host starts nothing else before the first heartbeat.
/// </summary>
/// <param name="inWork">Gives the ids of the videos and clips that this worker is at.</param>
internal sealed partial class Heartbeat(
    WorkerRegister register, WorkerRow worker, Func<LedgerContext> open, Func<IReadOnlyCollection<Guid>> inWork, LeaseOptions lease, FatalError fault, OutageWait outages,
    LoopWatchdog loops, TimeProvider clock, ILogger<Heartbeat> logger)
    : IHostedService, IDisposable
{
    /// <summary>The loop counts as stuck after a few leases and this time: room for a statement's time limit and a busy machine.</summary>
    private static readonly TimeSpan StandsStill = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;

    /// <summary>Of the ledger that knows which rows this worker has started.</summary>
    private string? _incarnation;

    /// <exception cref="LedgerVersionException">The schema is not this program's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await outages.WaitOutAsync(
            async token =>
            {
                await PostgresLedger.RequireVersionAsync(open, token).ConfigureAwait(false);
                await BeatOnceAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        _beating = BeatAsync(_stopping.Token);
    }

    /// <summary>The host stops this service after those that handle work, because until then the worker may still hold some.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        StageMetrics.HeartbeatsEnded();
        try
        {
            await register.LeaveAsync(worker.WorkerId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception away) when (LedgerFault.Is(away))
        {
            LogStayed(logger, worker.WorkerId, lease.Duration);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(lease.Heartbeat);
        using var loop = loops.Watch("heartbeat", (lease.Duration * 4) + StandsStill);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            loop.Beat();
            try
            {
                await BeatOnceAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception away) when (LedgerOutage.Is(away))
            {
                LogMissed(logger, worker.WorkerId, away.GetType().Name);
            }
            catch (Exception refused) when (LedgerFault.Is(refused))
            {
                fault.Break(refused);
                return;
            }
        }
    }

    private async Task BeatOnceAsync(CancellationToken cancellation)
    {
        await register.BeatAsync(worker, cancellation).ConfigureAwait(false);
        StageMetrics.HeartbeatWritten(clock);
        var incarnation = await LedgerIncarnation.ReadAsync(open, cancellation).ConfigureAwait(false);
        if (_incarnation is not null && incarnation != _incarnation
            && await register.ReleaseAsync(worker.WorkerId, inWork(), cancellation).ConfigureAwait(false) is > 0 and var rows)
        {
            LogReleased(logger, worker.WorkerId, rows);
        }
        _incarnation = incarnation;
    }

    [LoggerMessage(LogLevel.Information, "The database was started or restored: worker {WorkerId} gives back {Rows} rows that it is not at")]
    private static partial void LogReleased(ILogger logger, Guid workerId, int rows);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} could not write its heartbeat ({Failure})")]
    private static partial void LogMissed(ILogger logger, Guid workerId, string failure);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} could not give back its work at the end: its leases run out in {Lease}")]
    private static partial void LogStayed(ILogger logger, Guid workerId, TimeSpan lease);
}
