namespace LusPipeline.Buckets.S3;

/// <summary>Keeps an object in memory until a part of it is full.</summary>
internal sealed class S3ObjectWriter(S3Sending sending, string key) : ObjectWriter
{
    private readonly MemoryStream pending = new();
    private S3Parts? parts;
    private bool ended;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        while (!bytes.IsEmpty)
        {
            if (pending.Length == S3Sending.PartBytes)
                await SendPartAsync(cancellation).ConfigureAwait(false);
            var taken = (int)Math.Min(bytes.Length, S3Sending.PartBytes - pending.Length);
            pending.Write(bytes.Span[..taken]);
            bytes = bytes[taken..];
        }
    }

    public override Task CommitAsync(CancellationToken cancellation) => CommitAsync(ifAbsent: false, cancellation);

    /// <summary>
    /// Looks first, then writes on the condition that there is none. A server that does not know the condition, and an object of several
    /// parts, leave a moment between the two in which another writer's object is replaced.
    /// </summary>
    public override async Task<bool> CommitIfAbsentAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        return await sending.WriterAsync(key, cancellation).ConfigureAwait(false) is null && await CommitAsync(ifAbsent: true, cancellation).ConfigureAwait(false);
    }

    protected override async ValueTask AbandonAsync()
    {
        ended = true;
        await pending.DisposeAsync().ConfigureAwait(false);
        if (parts is not null)
            await parts.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> CommitAsync(bool ifAbsent, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(ended, this);
        if (parts is null)
        {
            var became = await sending.PutAsync(key, pending, ifAbsent, cancellation).ConfigureAwait(false);
            ended = true;
            return became;
        }
        await SendPartAsync(cancellation).ConfigureAwait(false);
        await parts.CompleteAsync(cancellation).ConfigureAwait(false);
        ended = true;
        return true;
    }

    private async Task SendPartAsync(CancellationToken cancellation)
    {
        parts ??= await sending.BeginAsync(key, cancellation).ConfigureAwait(false);
        await parts.AddAsync(pending, cancellation).ConfigureAwait(false);
        pending.SetLength(0);
    }
}
