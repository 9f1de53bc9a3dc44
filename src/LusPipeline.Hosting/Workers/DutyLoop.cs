using System.Data.Common;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Bus;
using LusPipeline.Storage.Ledger;

namespace LusPipeline.Hosting.Workers;

/// <summary>Does something at an interval whenever this worker has the duty of it, through outages.</summary>
internal sealed class DutyLoop(Duties duties, EngineFault fault, OutageWait outages, TimeProvider clock)
{
    /// <param name="duty">The duty's name.</param>
    /// <param name="interval">From the end of one round to the start of the next.</param>
    /// <param name="round">One round; outages in it are waited out.</param>
    public async Task RunAsync(string duty, TimeSpan interval, Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        var tries = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await duties.TakeAsync(duty, stopping).ConfigureAwait(false))
                    await round(stopping).ConfigureAwait(false);
                tries = 0;
            }
            catch (Exception away) when (!stopping.IsCancellationRequested && OutageWait.Is(away))
            {
                await outages.WaitAsync(away, tries++, stopping).ConfigureAwait(false);
                continue;
            }
            catch (Exception broken) when (!stopping.IsCancellationRequested && broken is DbException or BrokenEngineException)
            {
                fault.Break(broken);
                return;
            }
            await Task.Delay(interval, clock, stopping).ConfigureAwait(false);
        }
    }
}
