using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Guards the handlers of messages. An error that concerns the whole process ends it before the message is acknowledged, so that the
/// message goes back to its queue. An outage of the database or the bucket is waited out while the message is held.
/// </summary>
/// <param name="outages">Waits out outages. Null for <c>lus run</c> on files, whose ledger and bucket are on this machine.</param>
public sealed class FatalError(OutageWait? outages = null)
{
    private readonly TaskCompletionSource<BrokenEngineException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hangs;

    /// <summary>Waits out outages; null if there are none.</summary>
    public OutageWait? Outages => outages;

    /// <summary>Completes with the error that ends the process.</summary>
    public Task<BrokenEngineException> Broken => _broken.Task;

    /// <summary>Whether the process ends because native code does not return.</summary>
    public bool Hangs => _hangs;

    /// <summary>
    /// Runs a handler, and runs it again after an outage, so it must be idempotent. If the handler cannot go on in this process, this
    /// reports it through <see cref="Broken"/> and waits until the process stops.
    /// </summary>
    public async Task GuardAsync(Func<Task> handle, CancellationToken stopping)
    {
        try
        {
            await (outages is null ? handle() : outages.WaitOutAsync(_ => handle(), stopping)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Also while the process stops for another reason: whoever freed what native code still uses would wait for it.
            NoteHang(failure);
            if (stopping.IsCancellationRequested)
                throw;
            Break(failure);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reports that the process cannot go on. Handlers deal with errors of a single video themselves, so an error that leaves a handler concerns all
    /// videos.
    /// </summary>
    public void Break(Exception failure)
    {
        // Also if another error was reported before.
        NoteHang(failure);
        _broken.TrySetResult(failure as BrokenEngineException ?? failure switch
        {
            BrokerException refused => new BrokenEngineException(refused.Message, refused),
            _ when LedgerFault.Is(failure) => LedgerFault.Wrap(failure),
            // A worker's output ends in logs, and messages of foreign exceptions may hold names of files.
            _ => new BrokenEngineException(
                $"An unexpected error occurred ({(outages is null ? $"{failure.GetType().Name}: {failure.Message}" : FaultText.Summary(failure))}). "
                + "Nothing is lost. Run the command again to continue, and please report the error.",
                failure),
        });
    }

    private void NoteHang(Exception failure)
    {
        if (failure is BrokenEngineException { Hangs: true })
            _hangs = true;
    }
}
