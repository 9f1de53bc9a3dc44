using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Walks the marker segments of a JPEG or JPEG-LS image (ISO/IEC 10918-1, annex B; 14495-1, annex C).</summary>
/// <param name="code">The image.</param>
internal ref struct JpegSegments(ReadOnlySpan<byte> code)
{
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte StartOfScan = 0xDA;
    public const byte RestartInterval = 0xDD;

    private readonly ReadOnlySpan<byte> _code = code;
    private int _at;

    /// <summary>The second byte of the segment's marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>What stands in the segment behind its length.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>What stands behind the segment.</summary>
    public readonly ReadOnlySpan<byte> Rest => _code[_at..];

    /// <summary>Goes to the next segment. The first one is the start of the image, the last one the end of it; both are empty.</summary>
    /// <exception cref="RejectedException"><c>undecodable</c>: a segment is malformed, or the image ends before its end marker.</exception>
    public void Next()
    {
        if (_at == 0 && !_code.StartsWith(Start))
            throw JpegFault.Malformed("it has no start marker");
        while (true)
        {
            if (_at + 2 > _code.Length)
                throw JpegFault.Malformed("it ends before its end marker");
            if (_code[_at] != 0xFF)
                throw JpegFault.Malformed("a marker is missing");
            if (_code[_at + 1] != 0xFF)
                break;
            _at++; // A fill byte.
        }
        Marker = _code[_at + 1];
        _at += 2;
        Content = [];
        if (Marker is StartOfImage or EndOfImage)
            return;
        var length = _at + 2 > _code.Length ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_code[_at..]);
        if (length < 2 || _at + length > _code.Length)
            throw JpegFault.Malformed("a segment is longer than the image");
        Content = _code[(_at + 2)..(_at + length)];
        _at += length;
    }

    /// <summary>Goes on behind a scan.</summary>
    /// <param name="bytes">How many bytes of <see cref="Rest"/> the scan has.</param>
    public void Skip(int bytes) => _at += bytes;

    private static ReadOnlySpan<byte> Start => [0xFF, StartOfImage];
}
