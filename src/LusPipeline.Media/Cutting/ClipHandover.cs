namespace LusPipeline.Media.Cutting;

/// <summary>Holds one video's permits and passes them on with its clips. Disposing returns the permits that are left to the gate.</summary>
internal sealed class ClipHandover(ClipGate gate, bool urgent, Func<CutClip, Task<bool>> onClip) : IDisposable
{
    private int _held;

    /// <summary>Number of clips handed over.</summary>
    public int Given { get; private set; }

    public async Task AcquireAsync(int count, CancellationToken cancellation)
    {
        await gate.AcquireAsync(count, urgent, cancellation).ConfigureAwait(false);
        _held += count;
    }

    public async Task AcquireNextAsync(CancellationToken cancellation)
    {
        await gate.AcquireNextAsync(urgent, cancellation).ConfigureAwait(false);
        _held++;
    }

    /// <summary>Gives a complete clip its final name and hands it over. The permit goes with it unless the receiver does not keep it.</summary>
    public async Task GiveAsync(int clip, ClipFile file)
    {
        var (path, sha256) = file.Publish();
        var taken = await onClip(new CutClip(clip, path, sha256)).ConfigureAwait(false);
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
