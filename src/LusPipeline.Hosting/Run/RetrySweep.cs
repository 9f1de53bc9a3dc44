using LusPipeline.Core.Messages;
using LusPipeline.Ledger.Republishing;

namespace LusPipeline.Hosting.Run;

/// <summary>Publishes retries when they are due. They are planned in the ledger only.</summary>
internal sealed class RetrySweep(PendingWork pending, Outstanding outstanding, IStageBus bus, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            foreach (var due in await pending.TakeDueAsync(outstanding.Contains, cancellation).ConfigureAwait(false))
                await bus.PublishAsync(due.Message, cancellation).ConfigureAwait(false);
        }
    }
}
