namespace LusPipeline.Web.Shown;

/// <summary>Keeps a value for a short time, so that many who ask at once cost one reading.</summary>
internal sealed class Recent<T>(Func<CancellationToken, Task<T>> read, TimeSpan age, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1);
    private (T Value, long At)? _kept;

    public async Task<T> ReadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_kept is var (value, at) && clock.GetElapsedTime(at) < age)
                return value;
            value = await read(cancellation).ConfigureAwait(false);
            _kept = (value, clock.GetTimestamp());
            return value;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
