using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Hosting.Run;

/// <summary>Publishes retries when their time has come: the ledger is their only memory.</summary>
internal sealed class RetrySweep(PendingWork pending, Outstanding outstanding, StageBusPublisher publisher, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            foreach (var due in await pending.TakeDueAsync(outstanding.Contains, cancellation).ConfigureAwait(false))
                await publisher.PublishAsync(due.Message, cancellation).ConfigureAwait(false);
        }
    }
}
