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

    public override async Task CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(ended, this);
        if (parts is null)
        {
            await sending.PutAsync(key, pending, cancellation).ConfigureAwait(false);
        }
        else
        {
            await SendPartAsync(cancellation).ConfigureAwait(false);
            await parts.CompleteAsync(cancellation).ConfigureAwait(false);
        }
        ended = true;
    }

    protected override async ValueTask AbandonAsync()
    {
        ended = true;
        await pending.DisposeAsync().ConfigureAwait(false);
        if (parts is not null)
            await parts.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendPartAsync(CancellationToken cancellation)
    {
        parts ??= await sending.BeginAsync(key, cancellation).ConfigureAwait(false);
        await parts.AddAsync(pending, cancellation).ConfigureAwait(false);
        pending.SetLength(0);
    }
}
