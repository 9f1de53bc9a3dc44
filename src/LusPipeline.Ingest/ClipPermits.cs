using System.Collections.Concurrent;
using LusPipeline.Core.Stages;
using LusPipeline.Ingest.Cutting;

namespace LusPipeline.Ingest;

/// <summary>Remembers which clips hold a permit of the gate, and gives it back when their frames are gone.</summary>
public sealed class ClipPermits : IDisposable
{
    private readonly ConcurrentDictionary<Guid, bool> _held = new();
    private readonly ClipGate _gate;
    private readonly StageEvents _events;

    public ClipPermits(ClipGate gate, StageEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        _gate = gate;
        _events = events;
        _events.ClipReleased += Release;
    }

    /// <summary>The permit under which a clip was cut goes with the clip.</summary>
    public void Hold(Guid clip)
    {
        if (!_held.TryAdd(clip, false))
            _gate.Release();
    }

    /// <summary>The clip's row says that it waits for features: from now on whoever looks at the ledger can tell that it does not any more.</summary>
    public void Written(Guid clip) => _held.TryUpdate(clip, true, false);

    /// <summary>Clips that hold a permit and have their row.</summary>
    public IReadOnlyList<Guid> Waiting => [.. _held.Where(clip => clip.Value).Select(clip => clip.Key)];

    /// <summary>The clip was not handed over: its permit stays with whoever cuts the video.</summary>
    public void Forget(Guid clip) => _held.TryRemove(clip, out _);

    public void Dispose() => _events.ClipReleased -= Release;

    private void Release(Guid clip)
    {
        if (_held.TryRemove(clip, out _))
            _gate.Release();
    }
}
