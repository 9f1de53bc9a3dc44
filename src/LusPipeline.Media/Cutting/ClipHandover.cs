namespace LusPipeline.Media.Cutting;

/// <summary>One video's permits, and how they leave with its clips. What it still holds at its end goes back to the gate.</summary>
internal sealed class ClipHandover(ClipGate gate, Func<CutClip, Task<bool>> onClip) : IDisposable
{
    private int _held;

    /// <summary>Clips handed over.</summary>
    public int Given { get; private set; }

    public async Task AcquireAsync(int count, CancellationToken cancellation)
    {
        await gate.AcquireAsync(count, cancellation).ConfigureAwait(false);
        _held += count;
    }

    public async Task AcquireNextAsync(CancellationToken cancellation)
    {
        await gate.AcquireNextAsync(cancellation).ConfigureAwait(false);
        _held++;
    }

    /// <summary>Gives a whole clip its name and hands it over, and with it the permit unless the receiver has no use for one.</summary>
    public async Task GiveAsync(int clip, ClipFile file)
    {
        var taken = await onClip(new CutClip(clip, file.Publish())).ConfigureAwait(false);
        _held--;
        Given++;
        if (!taken)
            gate.Release();
    }

    public void ReturnPermits()
    {
        gate.Release(_held);
        _held = 0;
    }

    public void Dispose() => ReturnPermits();
}
