namespace LusPipeline.Media.Dicom;

/// <summary>
/// A file of which some parts are known. Reading beyond them throws <see cref="MissingPartException"/>; the reader then starts again with that part. So code
/// that reads a stream can read an object of a bucket, without fetching what it skips.
/// </summary>
internal sealed class PartialFile(long length) : ReadOnlyStream
{
    /// <summary>Bytes of a part.</summary>
    public const int PartBytes = 1 << 16;

    private readonly Dictionary<long, ReadOnlyMemory<byte>> _parts = [];

    public int Parts => _parts.Count;

    public override long Length => length;

    public void Add(long part, ReadOnlyMemory<byte> bytes) => _parts[part] = bytes;

    public override int Read(Span<byte> buffer)
    {
        if (Position >= length || buffer.IsEmpty)
            return 0;
        var part = Position / PartBytes;
        if (!_parts.TryGetValue(part, out var bytes))
            throw new MissingPartException(part);
        var within = (int)(Position - (part * PartBytes));
        var read = Math.Min(buffer.Length, bytes.Length - within);
        if (read <= 0)
            return 0;
        bytes.Span.Slice(within, read).CopyTo(buffer);
        Position += read;
        return read;
    }
}

/// <summary>A part of the file is needed that is not known yet.</summary>
internal sealed class MissingPartException(long part) : Exception
{
    public long Part => part;
}
