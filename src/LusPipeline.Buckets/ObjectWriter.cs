namespace LusPipeline.Buckets;

/// <summary>Writes one object. If it is disposed without a commit, nothing remains.</summary>
public abstract class ObjectWriter : IAsyncDisposable
{
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Makes the whole object visible, and replaces an object that is there.</summary>
    public abstract Task CommitAsync(CancellationToken cancellation);

    public async ValueTask DisposeAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Deletes what was written if it was not committed.</summary>
    protected abstract ValueTask AbandonAsync();
}
