using System.Buffers.Binary;

namespace LusPipeline.Media.Dicom;

/// <summary>
/// Writes coded images as a video stream in Matroska (RFC 9559), which can be written to a pipe: no size of the whole is needed. A bare sequence of images
/// would leave it to ffmpeg to guess where each of them ends.
/// </summary>
internal static class MatroskaFrames
{
    /// <summary>Milliseconds from frame to frame. Times are ignored, they only have to grow.</summary>
    private const int Step = 40;

    private const int LengthBytes = 8;

    /// <summary>What stands before the first frame.</summary>
    /// <param name="coding">The coding's four letters, as in AVI files.</param>
    public static byte[] Header(ReadOnlySpan<byte> coding, int width, int height) =>
    [
        .. Element(0x1A45DFA3, Number(0x4286, 1), Number(0x42F7, 1), Number(0x42F2, 4), Number(0x42F3, 8), Element(0x4282, "matroska"u8.ToArray()), Number(0x4287, 4), Number(0x4285, 2)),
        // The segment, of unknown length.
        0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        .. Element(0x1549A966, Number(0x2AD7B1, 1_000_000)),
        .. Element(0x1654AE6B, Element(0xAE,
            Number(0xD7, 1), Number(0x73C5, 1), Number(0x83, 1), Element(0x86, "V_MS/VFW/FOURCC"u8.ToArray()), Element(0x63A2, BitmapHeader(coding, width, height)),
            Element(0xE0, Number(0xB0, (ulong)width), Number(0xBA, (ulong)height)))),
    ];

    /// <summary>What stands before a frame's bytes: a cluster with one block.</summary>
    /// <param name="frame">Number of the frame, from 0.</param>
    /// <param name="length">Its length in bytes.</param>
    public static byte[] FrameHead(int frame, long length)
    {
        var time = Number(0xE7, (ulong)frame * Step);
        // The block begins with the track, its time within the cluster, and the flag of a key frame.
        byte[] block = [0xA3, .. Length(4 + length), 0x81, 0, 0, 0x80];
        return [0x1F, 0x43, 0xB6, 0x75, .. Length(time.Length + block.Length + length), .. time, .. block];
    }

    private static byte[] Number(uint id, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }

    private static byte[] Element(uint id, params ReadOnlySpan<byte[]> contents)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        byte[] content = [];
        foreach (var part in contents)
            content = [.. content, .. part];
        return [.. bytes.AsSpan().TrimStart((byte)0), .. Length(content.Length), .. content];
    }

    private static byte[] Length(long length)
    {
        var bytes = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length | (1L << 56));
        return bytes;
    }

    /// <summary>Windows' BITMAPINFOHEADER.</summary>
    private static byte[] BitmapHeader(ReadOnlySpan<byte> coding, int width, int height)
    {
        var bytes = new byte[40];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(12), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(14), 24);
        coding.CopyTo(bytes.AsSpan(16));
        return bytes;
    }
}
