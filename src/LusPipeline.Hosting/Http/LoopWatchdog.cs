using System.Collections.Concurrent;

namespace LusPipeline.Hosting.Http;

/// <summary>Knows which loops of the process still go round: one that stands still makes the process not live.</summary>
public sealed class LoopWatchdog(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, LoopBeat> _loops = new(StringComparer.Ordinal);

    /// <summary>Begins to watch a loop; its first turn is now.</summary>
    /// <param name="limit">The longest from one beat to the next, with room for a slow server.</param>
    /// <returns>To be told of every turn, and disposed when the loop ends as it should.</returns>
    public LoopBeat Watch(string name, TimeSpan limit) => _loops[name] = new(clock, limit, beat => _loops.TryRemove(KeyValuePair.Create(name, beat)));

    /// <summary>The loops, and whether the turn of each takes too long.</summary>
    public IReadOnlyList<(string Name, bool Stands)> All =>
        [.. _loops.Select(loop => (loop.Key, loop.Value.Stands)).OrderBy(loop => loop.Key, StringComparer.Ordinal)];
}

/// <summary>One loop's turns.</summary>
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

    /// <summary>To be called at least once a turn, from any thread; a long turn beats as it gets on.</summary>
    /// <param name="rest">How long the loop now waits, which is no standing still.</param>
    public void Beat(TimeSpan rest = default) => Interlocked.Exchange(ref _due, _clock.GetTimestamp() + (long)((rest + _limit).TotalSeconds * _clock.TimestampFrequency));

    internal bool Stands => _clock.GetTimestamp() > Interlocked.Read(ref _due);

    public void Dispose() => _ended(this);
}
