namespace LusPipeline.Buckets.DicomWeb;

/// <summary>
/// The body of an answer. Each read may take as long as the timeout, whatever the whole takes, and the whole may have only so many bytes.
/// </summary>
/// <param name="silence">Cancels a read that takes too long. Its owner links it with the caller's own cancellation.</param>
/// <param name="most">Bytes of the largest body.</param>
internal sealed class PatientStream(Stream body, CancellationTokenSource silence, TimeSpan timeout, long most) : Stream
{
    private long _left = most;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.CancelAfter(timeout);
        var read = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        _left -= read;
        return _left >= 0 ? read : throw new TooLargeAnswerException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>An answer has more bytes than it may have.</summary>
internal sealed class TooLargeAnswerException() : Exception("An answer has more bytes than it may have.");
