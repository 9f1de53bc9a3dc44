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
/// Writes this worker's heartbeat into the ledger and synchronizes with the database's clock. The host starts nothing else before the first
/// heartbeat.
/// </summary>
internal sealed partial class Heartbeat(
    WorkerRegister register, WorkerRow worker, Func<LedgerContext> open, LeaseOptions lease, FatalError fault, OutageWait outages, LoopWatchdog loops,
    TimeProvider clock, ILogger<Heartbeat> logger)
    : IHostedService, IDisposable
{
    /// <summary>The loop counts as stuck after a few leases and this time: room for a statement's time limit and a busy machine.</summary>
    private static readonly TimeSpan StandsStill = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;

    /// <exception cref="LedgerVersionException">The schema is not this program's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await outages.WaitOutAsync(
            async token =>
            {
                await PostgresLedger.RequireVersionAsync(open, token).ConfigureAwait(false);
                await register.BeatAsync(worker, token).ConfigureAwait(false);
                StageMetrics.HeartbeatWritten(clock);
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
                await register.BeatAsync(worker, stopping).ConfigureAwait(false);
                StageMetrics.HeartbeatWritten(clock);
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

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} could not write its heartbeat ({Failure})")]
    private static partial void LogMissed(ILogger logger, Guid workerId, string failure);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} could not give back its work at the end: its leases run out in {Lease}")]
    private static partial void LogStayed(ILogger logger, Guid workerId, TimeSpan lease);
}
