using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Parsing;

/// <summary>
/// Reads a stream forwards through a buffer and knows its position. What is skipped is not read if the stream can seek. A deflated data set cannot.
/// </summary>
/// <param name="stream">A stream at its start. The caller disposes it.</param>
internal sealed class ForwardInput(Stream stream)
{
    private const int BufferBytes = 1 << 16;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;

    /// <summary>Bytes from the start of the stream to the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes from the next one to the end of the stream; null if the stream cannot tell.</summary>
    public long? Left => stream.CanSeek ? stream.Length - Position : null;

    /// <summary>Returns the next bytes without consuming them; fewer at the end of the stream.</summary>
    /// <param name="count">At most 64 KiB.</param>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < count && ReadStream(_buffer.AsSpan(_end)) is var read and > 0)
                _end += read;
        }
        return _buffer.AsSpan(_start, Math.Min(count, _end - _start));
    }

    /// <returns>The number of bytes read; fewer than asked for only at the end of the stream.</returns>
    public int Read(Span<byte> into)
    {
        var buffered = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(into);
        _start += buffered;
        var filled = buffered;
        while (filled < into.Length && ReadStream(into[filled..]) is var read and > 0)
            filled += read;
        Position += filled;
        return filled;
    }

    /// <exception cref="RejectedException"><c>truncated</c>: the stream ends before.</exception>
    public void ReadExactly(Span<byte> into)
    {
        if (Read(into) < into.Length)
            throw DicomFault.Ends();
    }

    /// <exception cref="RejectedException"><c>truncated</c>: the stream ends before.</exception>
    public void Skip(long count)
    {
        if (Left < count)
            throw DicomFault.Ends();
        var buffered = (int)Math.Min(count, _end - _start);
        _start += buffered;
        Position += buffered;
        if (buffered == count)
            return;
        if (stream.CanSeek)
        {
            Position += count - buffered;
            stream.Position = Position;
            return;
        }
        for (var left = count - buffered; left > 0;)
        {
            if (Peek(1).IsEmpty)
                throw DicomFault.Ends();
            var step = (int)Math.Min(left, _end - _start);
            _start += step;
            Position += step;
            left -= step;
        }
    }

    private int ReadStream(Span<byte> into)
    {
        try
        {
            return stream.Read(into);
        }
        catch (InvalidDataException)
        {
            throw DicomFault.Malformed("its deflated data set is damaged");
        }
    }
}
