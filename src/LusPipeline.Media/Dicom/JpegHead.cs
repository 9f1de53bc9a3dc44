using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Dicom;

/// <summary>The markers at the start of a JPEG or JPEG-LS image (ISO/IEC 10918-1, annex B; 14495-1, annex C).</summary>
/// <param name="Bits">Bits of a sample.</param>
/// <param name="Components">Colours of a pixel.</param>
/// <param name="MixesSamples">Whether a JPEG-LS scan has one sample of each component after another, not lines or planes.</param>
/// <param name="NamesColours">Whether an Adobe segment says what the components mean.</param>
internal readonly record struct JpegHead(int Bits, int Components, bool MixesSamples, bool NamesColours)
{
    private const byte StartOfScan = 0xDA;
    private const byte Adobe = 0xEE;
    private const byte BySample = 2;

    /// <summary>An Adobe segment that says: the components are red, green and blue.</summary>
    public static ReadOnlySpan<byte> ColoursAreRgb => [0xFF, Adobe, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <param name="code">The first bytes of an image.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: no frame header is in them.</exception>
    public static JpegHead Read(ReadOnlySpan<byte> code)
    {
        var head = new JpegHead();
        for (var at = 2; at + 4 <= code.Length && code[at] == 0xFF;)
        {
            var marker = code[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(code[(at + 2)..]);
            var segment = code[(at + 4)..Math.Min(code.Length, Math.Max(at + 4, at + 2 + length))];
            if (marker == Adobe && segment.StartsWith("Adobe"u8))
                head = head with { NamesColours = true };
            else if (IsFrameHeader(marker) && segment.Length >= 6)
                head = head with { Bits = segment[0], Components = segment[5] };
            else if (marker == StartOfScan && segment.Length > 0 && head.Components > 0)
                return head with { MixesSamples = segment.Length > InterleaveAt(segment[0]) && segment[InterleaveAt(segment[0])] == BySample };
            at += 2 + length;
        }
        throw new RejectedException(ReasonCode.Undecodable, "A frame does not begin as its transfer syntax says: it has no JPEG header.");
    }

    /// <summary>Place of the interleave mode in a scan's header: behind the components, two bytes each, and the allowed error.</summary>
    private static int InterleaveAt(int components) => 1 + (components * 2) + 1;

    /// <summary>SOF0 to SOF15, without the tables and extensions among their numbers, and JPEG-LS's SOF55.</summary>
    private static bool IsFrameHeader(byte marker) => marker is (>= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) or 0xF7;
}
