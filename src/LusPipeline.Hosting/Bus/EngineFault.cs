using LusPipeline.Core.Outcomes;

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
        catch (BrokenEngineException broken)
        {
            _broken.TrySetResult(broken);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
        }
    }
}
