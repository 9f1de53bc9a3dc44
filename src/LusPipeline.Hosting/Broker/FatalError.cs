using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// A broken engine ends the process before its message is acknowledged, so that the message goes back. An outage of the database or the
/// bucket is waited out with the message in hand.
/// </summary>
/// <param name="outages">Null where there is nothing to wait for: the ledger and the bucket are on this machine.</param>
public sealed class FatalError(OutageWait? outages = null)
{
    private readonly TaskCompletionSource<BrokenEngineException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the engine is found broken.</summary>
    public Task<BrokenEngineException> Broken => _broken.Task;

    /// <summary>
    /// Runs a handler, which must bear to be run again: after an outage it is. When it finds the engine broken, says so and waits for the
    /// process to stop.
    /// </summary>
    public async Task GuardAsync(Func<Task> handle, CancellationToken stopping)
    {
        try
        {
            await (outages is null ? handle() : outages.WaitOutAsync(_ => handle(), stopping)).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            Break(failure);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Says that the process cannot go on. Handlers settle what concerns one video; what escapes them concerns all.</summary>
    public void Break(Exception failure) => _broken.TrySetResult(failure as BrokenEngineException ?? failure switch
    {
        BrokerException refused => new BrokenEngineException(refused.Message, refused),
        _ when LedgerFault.Is(failure) => LedgerFault.Wrap(failure),
        // What a worker prints ends in a log: messages of foreign exceptions may hold names of files.
        _ => new BrokenEngineException($"Something unforeseen happened ({(outages is null ? $"{failure.GetType().Name}: {failure.Message}" : FaultText.Summary(failure))}). Nothing is lost; run again to go on, and please report it.", failure),
    });
}
