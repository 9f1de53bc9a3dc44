using System.Collections.Concurrent;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Lets one thread of this process at a time work on a key. The ledger tells workers apart, but not the threads of one worker. A second
/// message about the same work waits, and then reads from the ledger what is left to do. It must not be dropped, because it may be the only
/// message about that work.
/// </summary>
/// <typeparam name="TKey">Identifies a piece of work.</typeparam>
public sealed class KeyedLock<TKey> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TaskCompletionSource> _held = new();

    /// <summary>The keys that are taken now.</summary>
    public IReadOnlyCollection<TKey> Taken => [.. _held.Keys];

    /// <summary>Waits until the key is free, and takes it.</summary>
    /// <returns>Releases the key when it is disposed.</returns>
    public async Task<IDisposable> TakeAsync(TKey key, CancellationToken cancellation)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            var holder = _held.GetOrAdd(key, released);
            if (holder == released)
                return new Hold(_held, key, released);
            await holder.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private sealed class Hold(ConcurrentDictionary<TKey, TaskCompletionSource> held, TKey key, TaskCompletionSource released) : IDisposable
    {
        public void Dispose()
        {
            held.TryRemove(KeyValuePair.Create(key, released));
            released.TrySetResult();
        }
    }
}
