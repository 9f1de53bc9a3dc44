namespace LusPipeline.Web.Shown;

/// <summary>
/// Keeps a value for a short time, so that many who ask at once cost one reading. Where a new reading takes long, they get the value of before meanwhile.
/// </summary>
/// <param name="age">The age from which on a new value is read.</param>
/// <param name="oldest">The age up to which an old value may stand in for one that is being read.</param>
internal sealed class Recent<T>(Func<CancellationToken, Task<T>> read, TimeSpan age, TimeSpan oldest, TimeProvider clock) : IDisposable
{
    /// <summary>How long somebody waits for a new value where there is an old one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>A reading serves many, so it ends with none of them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private (T Value, long At)? _kept;
    private Task<T>? _reading;

    public async Task<T> ReadAsync(CancellationToken cancellation)
    {
        (T Value, long At)? kept;
        Task<T> reading;
        lock (_lock)
        {
            kept = _kept;
            if (kept is var (value, at) && clock.GetElapsedTime(at) < age)
                return value;
            reading = _reading ??= Task.Run(ReadNewAsync, CancellationToken.None);
        }
        if (kept is not { } old || clock.GetElapsedTime(old.At) >= oldest)
            return await reading.WaitAsync(cancellation).ConfigureAwait(false);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = await Task.WhenAny(reading, Task.Delay(Patience, clock, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return first == reading ? await reading.ConfigureAwait(false) : old.Value;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private async Task<T> ReadNewAsync()
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
            stop.CancelAfter(Longest);
            var value = await read(stop.Token).ConfigureAwait(false);
            lock (_lock)
                _kept = (value, clock.GetTimestamp());
            return value;
        }
        finally
        {
            lock (_lock)
                _reading = null;
        }
    }
}
