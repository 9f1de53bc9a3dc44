using System.Collections.Concurrent;

namespace LusPipeline.Storage.Ledger;

/// <summary>
/// What this process is at. The ledger tells workers apart, not the threads of one: a message that comes twice while its work is done
/// must not start it a second time.
/// </summary>
/// <typeparam name="TKey">What names a piece of work.</typeparam>
public sealed class WorkInHand<TKey> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, bool> _held = new();

    /// <returns>Gives the work back when disposed; null when it is in hand already.</returns>
    public IDisposable? Take(TKey key) => _held.TryAdd(key, true) ? new Hold(_held, key) : null;

    private sealed class Hold(ConcurrentDictionary<TKey, bool> held, TKey key) : IDisposable
    {
        public void Dispose() => held.TryRemove(key, out _);
    }
}
