using System.Collections.Concurrent;
using LusPipeline.Core.Stages;
using LusPipeline.Media.Cutting;

namespace LusPipeline.Pipeline.Ingest;

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
    /// <returns>False when the clip has one already, from an earlier attempt at its video: one is enough.</returns>
    public bool TryHold(Guid clip) => _held.TryAdd(clip, true);

    /// <summary>Clips that hold a permit; the row of each said before that it waits for features.</summary>
    public IReadOnlyList<Guid> Waiting => [.. _held.Keys];

    /// <summary>The clip was not handed over after all: its permit stays with whoever cuts the video.</summary>
    public void Forget(Guid clip) => _held.TryRemove(clip, out _);

    public void Dispose() => _events.ClipReleased -= Release;

    private void Release(Guid clip)
    {
        if (_held.TryRemove(clip, out _))
            _gate.Release();
    }
}
