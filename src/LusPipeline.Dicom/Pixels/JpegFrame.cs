using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Pixels;

/// <summary>
/// Decodes the JPEG that ffmpeg does not (ISO/IEC 10918-1): lossless with Huffman codes, 2 to 16 bits, and grey DCT of 12 bits. Each component is in one
/// scan, so that time and memory grow with the frame's pixels only.
/// </summary>
internal sealed class JpegFrame
{
    private const byte FirstHeader = 0xC0;
    private const byte ExtendedHeader = 0xC1;
    private const byte LosslessHeader = 0xC3;
    private const byte HuffmanTables = 0xC4;
    private const byte Extension = 0xC8;
    private const byte ArithmeticTables = 0xCC;
    private const byte QuantizationTables = 0xDB;
    private const int MostTables = 4;

    /// <summary>Bits of DCT that is decoded here. That of 8 bits is ffmpeg's.</summary>
    private const int DctBits = 12;

    private readonly FrameSamples _samples;
    private readonly TransferSyntax _syntax;
    private readonly bool _lossless;
    private readonly HuffmanTable?[] _direct = new HuffmanTable?[MostTables];
    private readonly HuffmanTable?[] _alternating = new HuffmanTable?[MostTables];
    private readonly ushort[]?[] _steps = new ushort[]?[MostTables];
    private FrameComponents? _components;
    private int _bits;
    private int _stepsOfFrame;
    private int _restart;

    private JpegFrame(FrameSamples samples, TransferSyntax syntax, bool lossless) => (_samples, _syntax, _lossless) = (samples, syntax, lossless);

    /// <summary>Decodes a frame.</summary>
    /// <param name="code">The frame's fragments, joined.</param>
    /// <param name="samples">Receives the samples.</param>
    /// <param name="syntax">The loop's, for messages.</param>
    /// <param name="lossless">Whether the frame has to be lossless, not DCT.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>; <c>unsupported_transfer_syntax</c> for a form of JPEG that is not read.</exception>
    public static void Decode(ReadOnlySpan<byte> code, FrameSamples samples, TransferSyntax syntax, bool lossless) => new JpegFrame(samples, syntax, lossless).Decode(code);

    private void Decode(ReadOnlySpan<byte> code)
    {
        var segments = new JpegSegments(code);
        while (_components is not { AreDone: true })
        {
            segments.Next();
            switch (segments.Marker)
            {
                case HuffmanTables:
                    ReadHuffman(segments.Content);
                    break;
                case QuantizationTables:
                    ReadSteps(segments.Content);
                    break;
                case >= FirstHeader and <= 0xCF and not (ArithmeticTables or Extension):
                    ReadFrame(segments.Marker, segments.Content);
                    break;
                case JpegSegments.RestartInterval when segments.Content.Length >= 2:
                    _restart = BinaryPrimitives.ReadUInt16BigEndian(segments.Content);
                    break;
                case JpegSegments.StartOfScan:
                    segments.Skip(ReadScan(segments.Content, segments.Rest));
                    break;
                case JpegSegments.EndOfImage:
                    throw JpegFault.Malformed("a component is missing");
                default:
                    break;
            }
        }
    }

    private void ReadFrame(byte marker, ReadOnlySpan<byte> content)
    {
        if (_components is not null)
            throw JpegFault.Malformed("it has two frame headers");
        if (content.Length < 6)
            throw JpegFault.Malformed("its frame header is too short");
        var (bits, components) = (content[0], content[5]);
        if (_lossless ? marker != LosslessHeader : marker != ExtendedHeader || bits != DctBits || components != 1)
            throw _syntax.NotRead($" with {components} components of {bits} bits in process SOF{marker - FirstHeader}");
        _components = new(_samples.Check(content));
        _bits = bits;
        for (var component = 0; component < components; component++)
        {
            if (components > 1 && content[7 + (component * 3)] != 0x11)
                throw _syntax.NotRead(" with components of unlike sizes");
        }
        _stepsOfFrame = content[8];
    }

    private void ReadHuffman(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var (kind, place) = (content[0] >> 4, content[0] & 0xF);
            if (kind > 1 || place >= MostTables)
                throw JpegFault.Malformed("a Huffman table has no place");
            (kind == 0 ? _direct : _alternating)[place] = HuffmanTable.Read(content[1..], out var length);
            content = content[(1 + length)..];
        }
    }

    private void ReadSteps(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var (wide, place) = (content[0] >> 4, content[0] & 0xF);
            var length = 1 + (JpegDct.Coefficients * (wide + 1));
            if (wide > 1 || place >= MostTables || content.Length < length)
                throw JpegFault.Malformed("a quantization table has no place or is too short");
            var steps = new ushort[JpegDct.Coefficients];
            for (var at = 0; at < steps.Length; at++)
                steps[at] = wide == 0 ? content[1 + at] : BinaryPrimitives.ReadUInt16BigEndian(content[(1 + (at * 2))..]);
            _steps[place] = steps;
            content = content[length..];
        }
    }

    /// <returns>Number of bytes that the scan has.</returns>
    private int ReadScan(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code)
    {
        if (_components is null)
            throw JpegFault.Malformed("a scan stands before the frame header");
        var chosen = _components.OfScan(content);
        var count = chosen.Length;
        var direct = new HuffmanTable[count];
        for (var number = 0; number < count; number++)
            direct[number] = Table(_direct, content[2 + (number * 2)] >> 4);
        var (start, end, approximation) = (content[1 + (count * 2)], content[2 + (count * 2)], content[3 + (count * 2)]);
        var bits = new JpegBits(code, stuffsBits: false);
        if (_lossless)
        {
            var shift = approximation & 0xF;
            if (start is not (>= 1 and <= 7) || shift >= _bits)
                throw JpegFault.Malformed("its predictor or its point transform is unknown");
            JpegLossless.Decode(ref bits, new(start, _bits, shift, _restart), _samples, chosen, direct);
        }
        else
        {
            if ((start, end, approximation) != (0, JpegDct.Coefficients - 1, 0))
                throw JpegFault.Malformed("a scan of sequential DCT has not all coefficients");
            var steps = _stepsOfFrame < MostTables ? _steps[_stepsOfFrame] : null;
            JpegDct.Decode(ref bits, _bits, _restart, _samples, direct[0], Table(_alternating, content[2] & 0xF), steps ?? throw JpegFault.Malformed("a quantization table is missing"));
        }
        return bits.ToMarker();
    }

    private static HuffmanTable Table(HuffmanTable?[] tables, int place) =>
        (place < MostTables ? tables[place] : null) ?? throw JpegFault.Malformed("a Huffman table is missing");
}
