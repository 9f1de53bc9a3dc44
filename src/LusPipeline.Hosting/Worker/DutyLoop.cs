using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.Hosting.Worker;

/// <summary>Repeats a task at an interval while this worker holds the duty for it. Outages are waited out.</summary>
internal sealed class DutyLoop(LeasedDuties duties, LeaseOptions lease, S3Options bucket, ArchiveOptions archive, FatalError fault, OutageWait outages, LoopWatchdog loops)
{
    /// <summary>
    /// A loop counts as stuck after this time without a beat. The longest steps are a statement with its time limit, and a request to the bucket
    /// or the archive with its retries.
    /// </summary>
    public TimeSpan StandsStill { get; } = TimeSpan.FromMinutes(5) + ((bucket.Kind == BucketKind.DicomWeb ? archive.LongestCall : bucket.Timeout * 4) * 2);

    /// <param name="name">The loop's name in <c>/health/live</c>.</param>
    /// <param name="duty">The duty's name.</param>
    /// <param name="interval">Time from the end of one round to the start of the next.</param>
    /// <param name="round">One round of the task. It is cancelled when the duty is lost. A long round calls the beat as it progresses.</param>
    public async Task RunAsync(string name, string duty, TimeSpan interval, Func<LoopBeat, CancellationToken, Task> round, CancellationToken stopping)
    {
        using var beat = loops.Watch(name, StandsStill);
        for (var tries = 0; !stopping.IsCancellationRequested;)
        {
            beat.Beat();
            try
            {
                if (await duties.TakeAsync(duty, stopping).ConfigureAwait(false))
                    await WhileHeldAsync(duty, cancellation => round(beat, cancellation), stopping).ConfigureAwait(false);
                tries = 0;
            }
            catch (Exception away) when (!stopping.IsCancellationRequested && OutageWait.Is(away))
            {
                await outages.WaitAsync(away, tries++, stopping).ConfigureAwait(false);
                continue;
            }
            catch (Exception broken) when (!stopping.IsCancellationRequested)
            {
                fault.Break(broken);
                return;
            }
            beat.Beat(interval);
            await Task.Delay(interval, stopping).ConfigureAwait(false);
        }
    }

    private async Task WhileHeldAsync(string duty, Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync();
        try
        {
            await round(held.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            // Another worker has the duty now and begins a round of its own.
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }

        async Task RenewAsync()
        {
            using var timer = new PeriodicTimer(lease.Duration / 3);
            try
            {
                while (await timer.WaitForNextTickAsync(over.Token).ConfigureAwait(false))
                {
                    if (!await duties.TakeAsync(duty, over.Token).ConfigureAwait(false))
                        await held.CancelAsync().ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // The round is over.
            }
            catch (Exception failed) when (LedgerFault.Is(failed))
            {
                // The round runs into the same outage, or ends before the lease does.
                await held.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
