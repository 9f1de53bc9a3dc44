using System.Data.Common;
using LusPipeline.Core.Outcomes;
using LusPipeline.Storage.Ledger;

namespace LusPipeline.Hosting.Bus;

/// <summary>
/// A broken engine ends the process before its message is acknowledged, so that the message goes back.
/// </summary>
public sealed class EngineFault
{
    private readonly TaskCompletionSource<BrokenEngineException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the engine is found broken.</summary>
    public Task<BrokenEngineException> Broken => _broken.Task;

    /// <summary>Runs a handler; when it finds the engine broken, says so and waits for the process to stop.</summary>
    public async Task GuardAsync(Func<Task> handle, CancellationToken stopping)
    {
        try
        {
            await handle().ConfigureAwait(false);
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
        DbException => LedgerFault.Of(failure),
        _ => new BrokenEngineException($"Something unforeseen happened ({failure.GetType().Name}: {failure.Message}). Nothing is lost; run again to go on, and please report it.", failure),
    });
}
