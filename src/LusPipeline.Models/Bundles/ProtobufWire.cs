using System.Text;

namespace LusPipeline.Models.Bundles;

/// <summary>
/// Reads fields of protobuf's wire format (protobuf.dev, "Encoding") and skips values by seeking. Nothing larger than a name is loaded into memory.
/// </summary>
internal sealed class ProtobufWire(Stream stream)
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;
    private int _kind;
    private long _limit;

    public long Position => stream.Position;

    /// <summary>Reads the next field's number.</summary>
    /// <param name="end">Offset at which the message that contains the field ends.</param>
    public int Field(long end)
    {
        _limit = end;
        var tag = RawNumber();
        _kind = (int)(tag & 7);
        var field = tag >>> 3;
        return field is > 0 and < 1 << 29 ? (int)field : throw Wrong();
    }

    public long Number() => _kind == Varint ? RawNumber() : throw Wrong();

    /// <summary>Reads the length of this field's message and returns the offset at which the message ends.</summary>
    public long MessageEnd()
    {
        var length = Length();
        return stream.Position + length;
    }

    public string Text(int maxBytes)
    {
        var length = Length();
        if (length > maxBytes)
            throw Wrong();
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The value if it is exactly one byte. Otherwise null, and the value is skipped.</summary>
    public byte? OnlyByte()
    {
        var length = Length();
        if (length == 1)
            return (byte)stream.ReadByte();
        stream.Seek(length, SeekOrigin.Current);
        return null;
    }

    public void Skip()
    {
        var size = _kind switch
        {
            Varint => SkippedNumber(),
            Fixed64 => 8,
            Bytes => Length(),
            Fixed32 => 4,
            _ => throw Wrong(),
        };
        if (size > _limit - stream.Position)
            throw Wrong();
        stream.Seek(size, SeekOrigin.Current);
    }

    private int SkippedNumber()
    {
        RawNumber();
        return 0;
    }

    private long Length()
    {
        if (_kind != Bytes)
            throw Wrong();
        var length = RawNumber();
        return length >= 0 && length <= _limit - stream.Position ? length : throw Wrong();
    }

    private long RawNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (stream.Position >= _limit)
                throw Wrong();
            var next = stream.ReadByte();
            if (next < 0)
                throw Wrong();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)value;
        }
        throw Wrong();
    }

    private static InvalidDataException Wrong() => new("it is not an ONNX model: its protobuf fields do not add up");
}
