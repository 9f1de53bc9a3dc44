using System.Collections.Concurrent;

namespace LusPipeline.Hosting.Http;

/// <summary>Knows which loops of the process still run. If one is stuck, <c>/health/live</c> says that the process is not live.</summary>
public sealed class LoopWatchdog(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, LoopBeat> _loops = new(StringComparer.Ordinal);

    /// <summary>Begins to watch a loop. Its first beat is now.</summary>
    /// <param name="limit">The longest time from one beat to the next, with room for a slow server.</param>
    /// <returns>Takes the beats. Dispose it when the loop ends as it should.</returns>
    public LoopBeat Watch(string name, TimeSpan limit) => _loops[name] = new(clock, limit, beat => _loops.TryRemove(KeyValuePair.Create(name, beat)));

    /// <summary>The loops by name, and whether each is stuck: its last beat is too long ago.</summary>
    public IReadOnlyList<(string Name, bool Stands)> All =>
        [.. _loops.Select(loop => (loop.Key, loop.Value.Stands)).OrderBy(loop => loop.Key, StringComparer.Ordinal)];
}

/// <summary>The beats of one loop.</summary>
public sealed class LoopBeat : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan _limit;
    private readonly Action<LoopBeat> _ended;
    private long _due;

    internal LoopBeat(TimeProvider clock, TimeSpan limit, Action<LoopBeat> ended)
    {
        (_clock, _limit, _ended) = (clock, limit, ended);
        Beat();
    }

    /// <summary>Says that the loop runs. Call it at least once in each round, from any thread; in a long round call it as the round progresses.</summary>
    /// <param name="rest">How long the loop now waits on purpose.</param>
    public void Beat(TimeSpan rest = default) => Interlocked.Exchange(ref _due, _clock.GetTimestamp() + (long)((rest + _limit).TotalSeconds * _clock.TimestampFrequency));

    internal bool Stands => _clock.GetTimestamp() > Interlocked.Read(ref _due);

    public void Dispose() => _ended(this);
}
