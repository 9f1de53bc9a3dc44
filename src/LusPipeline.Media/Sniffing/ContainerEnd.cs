using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>Detects files that end before their container does, by the container's own sizes and markers.</summary>
internal static class ContainerEnd
{
    private const int MostPackets = 2_000_000;

    /// <summary>
    /// RIFF states the size of the remaining data in bytes 4 to 7. Some writers store the whole file's size there. 0 and the largest value mean that the
    /// size is unknown.
    /// </summary>
    public static bool RiffIsCut(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[8];
        var head = content.Read(0, buffer);
        if (head.Length < 8)
            return true;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        return size is not (0 or uint.MaxValue) && size > content.Length;
    }

    /// <summary>A GIF's last block ends with a zero byte, and the file ends with the byte 0x3B. A few bytes may follow.</summary>
    public static bool GifIsCut(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[64];
        var tail = content.Read(Math.Max(0, content.Length - buffer.Length), buffer);
        return tail.IndexOf((ReadOnlySpan<byte>)[0, 0x3B]) < 0;
    }

    /// <summary>One segment follows the EBML header. If all bits of its size are set, the size is unknown (RFC 8794, section 6).</summary>
    public static bool MatroskaIsCut(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[16];
        if (!Size(content.Read(4, buffer), out var headSize, out var headWidth) || headSize > content.Length)
            return false;
        var segment = 4 + headWidth + headSize;
        var head = content.Read(segment, buffer);
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x18, 0x53, 0x80, 0x67]) || !Size(head[4..], out var size, out var width))
            return false;
        return size != (1L << (7 * width)) - 1 && size > content.Length - segment - 4 - width;
    }

    /// <summary>Walks the packets of an MPEG program stream by their lengths (ISO/IEC 13818-1, 2.5.3). It stops at the first invalid packet.</summary>
    public static bool ProgramStreamIsCut(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[14];
        long at = 0;
        for (var packets = 0; packets < MostPackets && at + 6 <= content.Length; packets++)
        {
            var head = content.Read(at, buffer);
            if (!head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1]))
                return false;
            switch (head[3])
            {
                case 0xB9:
                    return false;
                case 0xBA when (head[4] & 0xC0) == 0x40:
                    at += head.Length < 14 ? 14 : 14 + (head[13] & 7);
                    break;
                case 0xBA:
                    at += 12;
                    break;
                case >= 0xBB:
                    at += 6 + BinaryPrimitives.ReadUInt16BigEndian(head[4..]);
                    break;
                default:
                    return false;
            }
        }
        return at > content.Length;
    }

    /// <summary>Reads an EBML number. Its length in bytes is the number of leading zero bits in the first byte, plus one.</summary>
    private static bool Size(ReadOnlySpan<byte> bytes, out long value, out int width)
    {
        value = 0;
        width = 0;
        if (bytes.IsEmpty || bytes[0] == 0)
            return false;
        width = System.Numerics.BitOperations.LeadingZeroCount((uint)bytes[0]) - 24 + 1;
        if (bytes.Length < width)
            return false;
        value = bytes[0] & ((1 << (8 - width)) - 1);
        for (var i = 1; i < width; i++)
            value = (value << 8) | bytes[i];
        return true;
    }
}
