using System.Collections.Concurrent;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// What this process is at. The ledger tells workers apart, not the threads of one: a message whose work is in hand waits for its end
/// and then finds in the ledger what is left of it. It is not dropped, as nobody may publish it again.
/// </summary>
/// <typeparam name="TKey">What names a piece of work.</typeparam>
public sealed class WorkInHand<TKey> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TaskCompletionSource> _held = new();

    /// <summary>Waits until nobody has the work.</summary>
    /// <returns>Gives the work back when disposed.</returns>
    public async Task<IDisposable> TakeAsync(TKey key, CancellationToken cancellation)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            var other = _held.GetOrAdd(key, end);
            if (other == end)
                return new Hold(_held, key, end);
            await other.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private sealed class Hold(ConcurrentDictionary<TKey, TaskCompletionSource> held, TKey key, TaskCompletionSource end) : IDisposable
    {
        public void Dispose()
        {
            held.TryRemove(KeyValuePair.Create(key, end));
            end.TrySetResult();
        }
    }
}
