using System.Buffers.Binary;

namespace LusPipeline.Ingest.Sniffing;

/// <summary>Finds the first video stream's format in an AVI file's header list (Microsoft, AVI RIFF File Reference).</summary>
internal static class AviHeader
{
    private const int MostChunks = 1000;

    /// <returns>The frame size that it claims; null where it is not to be found.</returns>
    public static ClaimedSize? Size(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[20];
        var inVideoStream = false;
        long at = 12;
        for (var chunks = 0; chunks < MostChunks; chunks++)
        {
            var head = content.Read(at, buffer);
            if (head.Length < 20)
                return null;
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (head.StartsWith("LIST"u8))
            {
                var kind = head[8..12];
                if (kind.SequenceEqual("movi"u8))
                    return null;
                // The lists that hold the streams' headers are stepped into, others over.
                at += kind.SequenceEqual("hdrl"u8) || kind.SequenceEqual("strl"u8) ? 12 : 8 + size + (size & 1);
                continue;
            }
            if (head.StartsWith("strh"u8))
                inVideoStream = head[8..12].SequenceEqual("vids"u8);
            else if (head.StartsWith("strf"u8) && inVideoStream)
                return new ClaimedSize(Magnitude(head[12..]), Magnitude(head[16..]));
            at += 8 + size + (size & 1);
        }
        return null;
    }

    /// <summary>Heights are negative where rows run from the top.</summary>
    private static int Magnitude(ReadOnlySpan<byte> bytes) =>
        (int)Math.Min(int.MaxValue, Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes)));
}
