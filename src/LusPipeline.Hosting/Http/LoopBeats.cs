using System.Collections.Concurrent;

namespace LusPipeline.Hosting.Http;

/// <summary>Knows which loops of the process still go round: one that stands still makes the process not live.</summary>
public sealed class LoopBeats(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, LoopBeat> _loops = new(StringComparer.Ordinal);

    /// <summary>Begins to watch a loop; its first turn is now.</summary>
    /// <param name="limit">The longest that one turn may take, with room for a slow database.</param>
    /// <returns>To be told of every turn, and disposed when the loop ends as it should.</returns>
    public LoopBeat Watch(string name, TimeSpan limit) => _loops[name] = new(clock, limit, beat => _loops.TryRemove(KeyValuePair.Create(name, beat)));

    /// <summary>The loops whose turn takes too long.</summary>
    public IReadOnlyList<string> Standing => [.. _loops.Where(loop => loop.Value.Stands).Select(loop => loop.Key).Order(StringComparer.Ordinal)];
}

/// <summary>One loop's turns.</summary>
public sealed class LoopBeat : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan _limit;
    private readonly Action<LoopBeat> _ended;
    private long _last;

    internal LoopBeat(TimeProvider clock, TimeSpan limit, Action<LoopBeat> ended)
    {
        (_clock, _limit, _ended) = (clock, limit, ended);
        Beat();
    }

    /// <summary>To be called once a turn.</summary>
    public void Beat() => Interlocked.Exchange(ref _last, _clock.GetTimestamp());

    internal bool Stands => _clock.GetElapsedTime(Interlocked.Read(ref _last)) > _limit;

    public void Dispose() => _ended(this);
}
