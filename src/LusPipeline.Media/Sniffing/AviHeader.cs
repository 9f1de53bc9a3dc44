using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>The first video stream in the header list of an AVI file (Microsoft, AVI RIFF File Reference).</summary>
/// <param name="Size">The frame size that the header claims; null if it was not found.</param>
/// <param name="Index">The number of frames and their duration; null if there is more than one stream.</param>
internal readonly record struct AviHeader(ClaimedSize? Size, ContainerIndex? Index)
{
    private const int MostChunks = 1000;
    private const int ChunkHead = 8;

    public static AviHeader Read(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[ChunkHead + 36];
        ContainerIndex? index = null;
        var inVideoStream = false;
        var streams = 0u;
        long at = 12;
        for (var chunks = 0; chunks < MostChunks; chunks++)
        {
            var head = content.Read(at, buffer);
            if (head.Length < 20)
                return default;
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (head.StartsWith("LIST"u8))
            {
                var kind = head[8..12];
                if (kind.SequenceEqual("movi"u8))
                    return default;
                // Enter the lists that hold the streams' headers; skip all others.
                at += kind.SequenceEqual("hdrl"u8) || kind.SequenceEqual("strl"u8) ? 12 : ChunkHead + size + (size & 1);
                continue;
            }
            if (head.StartsWith("avih"u8) && head.Length == buffer.Length)
            {
                streams = BinaryPrimitives.ReadUInt32LittleEndian(head[(ChunkHead + 24)..]);
            }
            else if (head.StartsWith("strh"u8))
            {
                inVideoStream = head[8..12].SequenceEqual("vids"u8);
                index = streams == 1 && head.Length == buffer.Length ? Times(head[ChunkHead..]) : null;
            }
            else if (head.StartsWith("strf"u8) && inVideoStream)
            {
                return new AviHeader(new ClaimedSize(Magnitude(head[12..]), Magnitude(head[16..])), index);
            }
            at += ChunkHead + size + (size & 1);
        }
        return default;
    }

    /// <summary>Reads the clock's scale and rate, the start, and the length, from byte 20 on. The length is in frames of one tick each.</summary>
    private static ContainerIndex? Times(ReadOnlySpan<byte> stream)
    {
        var scale = BinaryPrimitives.ReadUInt32LittleEndian(stream[20..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(stream[24..]);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(stream[28..]);
        var frames = BinaryPrimitives.ReadUInt32LittleEndian(stream[32..]);
        return start == 0 ? ContainerIndex.From(frames, (UInt128)frames * scale, rate) : null;
    }

    /// <summary>The absolute value. Heights are negative if rows run from the top.</summary>
    private static int Magnitude(ReadOnlySpan<byte> bytes) =>
        (int)Math.Min(int.MaxValue, Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes)));
}
