namespace LusPipeline.Buckets;

/// <summary>An object being written. Disposing it without a commit leaves nothing.</summary>
public abstract class ObjectWriter : IAsyncDisposable
{
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Makes the object visible as a whole, in place of one that is there.</summary>
    public abstract Task CommitAsync(CancellationToken cancellation);

    public async ValueTask DisposeAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops what was written and not committed.</summary>
    protected abstract ValueTask AbandonAsync();
}
