namespace LusPipeline.Buckets.S3;

/// <summary>Writes one object to S3. Bytes stay in memory until a part is full.</summary>
internal sealed class S3ObjectWriter(S3Sending sending, string key) : ObjectWriter
{
    private readonly MemoryStream _pending = new();
    private S3Parts? _parts;
    private bool _ended;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        while (!bytes.IsEmpty)
        {
            if (_pending.Length == S3Sending.PartBytes)
                await SendPartAsync(cancellation).ConfigureAwait(false);
            var taken = (int)Math.Min(bytes.Length, S3Sending.PartBytes - _pending.Length);
            _pending.Write(bytes.Span[..taken]);
            bytes = bytes[taken..];
        }
    }

    public override async Task CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_parts is null)
        {
            await sending.PutAsync(key, _pending, cancellation).ConfigureAwait(false);
        }
        else
        {
            await SendPartAsync(cancellation).ConfigureAwait(false);
            await _parts.CompleteAsync(cancellation).ConfigureAwait(false);
        }
        _ended = true;
    }

    protected override async ValueTask AbandonAsync()
    {
        _ended = true;
        await _pending.DisposeAsync().ConfigureAwait(false);
        if (_parts is not null)
            await _parts.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendPartAsync(CancellationToken cancellation)
    {
        _parts ??= await sending.BeginAsync(key, cancellation).ConfigureAwait(false);
        await _parts.AddAsync(_pending, cancellation).ConfigureAwait(false);
        _pending.SetLength(0);
    }
}
