using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Dicom;

/// <summary>The markers at the start of a JPEG image (ISO/IEC 10918-1, annex B).</summary>
internal static class JpegHead
{
    private const byte StartOfScan = 0xDA;
    private const byte Adobe = 0xEE;

    /// <summary>An Adobe segment that says: the components are red, green and blue.</summary>
    public static ReadOnlySpan<byte> ColoursAreRgb => [0xFF, Adobe, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <param name="code">The first bytes of an image.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: no frame header is in them.</exception>
    public static FrameHead Read(ReadOnlySpan<byte> code)
    {
        var head = new FrameHead();
        for (var at = 2; at + 4 <= code.Length && code[at] == 0xFF;)
        {
            var marker = code[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker == StartOfScan && head.Components > 0)
                return head;
            var length = BinaryPrimitives.ReadUInt16BigEndian(code[(at + 2)..]);
            var segment = code[(at + 4)..Math.Min(code.Length, Math.Max(at + 4, at + 2 + length))];
            if (marker == Adobe && segment.StartsWith("Adobe"u8))
                head = head with { NamesColours = true };
            else if (IsFrameHeader(marker) && segment.Length >= 6)
                head = head with { Bits = segment[0], Height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), Width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), Components = segment[5] };
            at += 2 + length;
        }
        throw new RejectedException(ReasonCode.Undecodable, "A frame does not begin as its transfer syntax says: it has no JPEG header.");
    }

    /// <summary>SOF0 to SOF15, without the tables and extensions among their numbers.</summary>
    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
