using System.Collections.Concurrent;
using LusPipeline.Core.Stages;
using LusPipeline.Media.Cutting;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>Remembers which clips hold a permit of the gate, and returns a clip's permit when its frames are deleted.</summary>
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

    /// <summary>Hands the permit under which a clip was cut over to the clip.</summary>
    /// <returns>False if the clip holds a permit already from an earlier attempt at its video.</returns>
    public bool TryHold(Guid clip) => _held.TryAdd(clip, true);

    /// <summary>The clips that hold a permit. Each clip's row said that it waits for features when the permit was handed over.</summary>
    public IReadOnlyList<Guid> Waiting => [.. _held.Keys];

    /// <summary>Takes the permit back from a clip that was not published after all. The attempt that cuts the video keeps it.</summary>
    public void Forget(Guid clip) => _held.TryRemove(clip, out _);

    public void Dispose() => _events.ClipReleased -= Release;

    private void Release(Guid clip)
    {
        if (_held.TryRemove(clip, out _))
            _gate.Release();
    }
}
