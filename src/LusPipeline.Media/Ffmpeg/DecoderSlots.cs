namespace LusPipeline.Media.Ffmpeg;

/// <summary>Bounds the media processes in flight. A slot is taken before clip permits, never while holding some.</summary>
public sealed class DecoderSlots : IDisposable
{
    private readonly SemaphoreSlim _free;

    /// <param name="count">At least one.</param>
    public DecoderSlots(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _free = new SemaphoreSlim(count);
    }

    /// <summary>Waits for a slot; disposing the result gives it back.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        return new Slot(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
