using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>The byte signatures at the start of containers.</summary>
internal static class Signatures
{
    private const int TransportPacket = 188;

    /// <summary>Box types with which files of the QuickTime family start (ISO/IEC 14496-12; QuickTime File Format).</summary>
    private static readonly HashSet<uint> FirstBoxes =
    [
        Code("ftyp"u8), Code("moov"u8), Code("mdat"u8), Code("wide"u8), Code("free"u8), Code("skip"u8), Code("pnot"u8), Code("styp"u8), Code("uuid"u8),
    ];

    /// <summary>Brands of still images in the QuickTime family: HEIF, AVIF, Canon raw, JPEG XL and JPEG 2000.</summary>
    private static readonly HashSet<uint> ImageBrands =
    [
        Code("heic"u8), Code("heix"u8), Code("heim"u8), Code("heis"u8), Code("mif1"u8), Code("mif2"u8), Code("avif"u8), Code("crx "u8), Code("jxl "u8), Code("jp2 "u8), Code("jpx "u8),
    ];

    /// <returns>The container that the first bytes identify, or null.</returns>
    public static VideoContainer? Container(ReadOnlySpan<byte> head)
    {
        if (IsBoxes(head))
            return VideoContainer.Mp4;
        if (head.StartsWith("RIFF"u8))
            return At(head, 8, "AVI "u8) ? VideoContainer.Avi : null;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return VideoContainer.Gif;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return VideoContainer.Matroska;
        if (head.StartsWith("OggS"u8))
            return VideoContainer.Ogg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]))
            return VideoContainer.Asf;
        if (head.StartsWith((ReadOnlySpan<byte>)[(byte)'F', (byte)'L', (byte)'V', 1]))
            return VideoContainer.Flash;
        if (head.StartsWith("DKIF"u8))
            return VideoContainer.Ivf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01, 0x02]))
            return VideoContainer.Mxf;
        if (head.StartsWith("YUV4MPEG2 "u8))
            return VideoContainer.Y4m;
        if (IsTransportStream(head))
            return VideoContainer.TransportStream;
        return StartCode(head);
    }

    /// <summary>Whether it is an image, sound, archive, document or program. Such files are not passed to ffmpeg.</summary>
    public static bool IsKnownOther(ReadOnlySpan<byte> head) =>
        head.StartsWith("RIFF"u8)
        || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
        || At(head, 6, "JFIF"u8) || At(head, 6, "Exif"u8)
        || head.StartsWith("BM"u8) || head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8)
        || head.StartsWith("ID3"u8) || head.StartsWith("fLaC"u8) || head.StartsWith("MThd"u8)
        || head.StartsWith("PK"u8) || head.StartsWith("%PDF"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
        || head.StartsWith("7z"u8) || head.StartsWith("Rar!"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F'])
        || head.StartsWith("MZ"u8) || head.StartsWith("SQLite format"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F'])
        || At(head, 4, "ftyp"u8);

    /// <summary>Identifies a container by its MPEG start code (ISO/IEC 11172-1, 13818-1, 14496-2): 00 00 01 and the byte after it.</summary>
    private static VideoContainer? StartCode(ReadOnlySpan<byte> head)
    {
        if (head.Length < 5 || !head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1]))
            return null;
        return head[3] switch
        {
            0xBA or 0xBB => VideoContainer.ProgramStream,
            0xB3 => VideoContainer.Mpeg,
            0xB0 or 0xB5 or (>= 0x20 and <= 0x2F) => VideoContainer.Mpeg4,
            _ => null,
        };
    }

    private static bool IsBoxes(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8)
            return false;
        var size = BinaryPrimitives.ReadUInt32BigEndian(head);
        var type = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        if (!FirstBoxes.Contains(type) || size is > 1 and < 8)
            return false;
        return type != Code("ftyp"u8) || head.Length < 12 || !ImageBrands.Contains(BinaryPrimitives.ReadUInt32BigEndian(head[8..]));
    }

    /// <summary>Whether sync bytes stand where packets of 188 bytes begin, or packets of 192 bytes with a time stamp before each.</summary>
    private static bool IsTransportStream(ReadOnlySpan<byte> head)
    {
        return Synced(head, 0, TransportPacket) || Synced(head, 4, TransportPacket + 4);

        static bool Synced(ReadOnlySpan<byte> head, int first, int distance)
        {
            var seen = 0;
            for (var at = first; at < head.Length; at += distance, seen++)
            {
                if (head[at] != 0x47)
                    return false;
            }
            return seen >= 3;
        }
    }

    private static bool At(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> mark) =>
        head.Length >= offset + mark.Length && head.Slice(offset, mark.Length).SequenceEqual(mark);

    internal static uint Code(ReadOnlySpan<byte> type) => BinaryPrimitives.ReadUInt32BigEndian(type);
}
