namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// Limits the number of media processes that run at the same time. Take a slot before taking clip permits, never while holding some. One more
/// slot is kept for urgent videos, because all others may be held by routine videos that wait for permits.
/// </summary>
public sealed class DecoderSlots : IDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _urgent = new(1);

    /// <param name="count">Number of slots, at least 1.</param>
    public DecoderSlots(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _free = new SemaphoreSlim(count);
    }

    /// <summary>Waits for a slot; disposing the result gives it back.</summary>
    /// <param name="urgent">Whether the slot that is kept for urgent videos may be taken.</param>
    public async Task<IDisposable> TakeAsync(bool urgent, CancellationToken cancellation)
    {
        if (urgent && await _free.WaitAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false))
            return new Slot(_free);
        var slots = urgent ? _urgent : _free;
        await slots.WaitAsync(cancellation).ConfigureAwait(false);
        return new Slot(slots);
    }

    public void Dispose()
    {
        _free.Dispose();
        _urgent.Dispose();
    }

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
