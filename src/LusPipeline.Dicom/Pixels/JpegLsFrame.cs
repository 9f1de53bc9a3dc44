using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Pixels;

/// <summary>
/// Decodes JPEG-LS (ISO/IEC 14495-1, ITU-T T.87), lossless and near-lossless: 2 to 16 bits, planes, lines or samples interleaved. Tables of colours and
/// restart intervals are not read. Time and memory grow with the frame's pixels only: each component is in one scan.
/// </summary>
internal sealed class JpegLsFrame
{
    private const byte FrameHeader = 0xF7;
    private const byte Parameters = 0xF8;
    private const byte ColourTransform = 0xE8;
    private const int PlanesInterleave = 0;
    private const int SamplesInterleave = 2;

    private readonly FrameSamples _samples;
    private readonly TransferSyntax _syntax;
    private JpegLsParameters _presets;
    private FrameComponents? _components;
    private int _bits;

    private JpegLsFrame(FrameSamples samples, TransferSyntax syntax) => (_samples, _syntax) = (samples, syntax);

    /// <summary>Decodes a frame.</summary>
    /// <param name="code">The frame's fragments, joined.</param>
    /// <param name="samples">Receives the samples.</param>
    /// <param name="syntax">The loop's, for messages.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>; <c>unsupported_transfer_syntax</c> for a form that is not read.</exception>
    public static void Decode(ReadOnlySpan<byte> code, FrameSamples samples, TransferSyntax syntax) => new JpegLsFrame(samples, syntax).Decode(code);

    private void Decode(ReadOnlySpan<byte> code)
    {
        var segments = new JpegSegments(code);
        while (_components is not { AreDone: true })
        {
            segments.Next();
            switch (segments.Marker)
            {
                case FrameHeader:
                    ReadFrame(segments.Content);
                    break;
                case Parameters:
                    ReadParameters(segments.Content);
                    break;
                case JpegSegments.RestartInterval when segments.Content.ContainsAnyExcept((byte)0):
                    throw _syntax.NotRead(" with restart intervals");
                case ColourTransform when segments.Content.StartsWith("mrfx"u8) && segments.Content is not [_, _, _, _, 0, ..]:
                    throw _syntax.NotRead(" with a colour transform");
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

    private void ReadFrame(ReadOnlySpan<byte> content)
    {
        if (_components is not null)
            throw JpegFault.Malformed("it has two frame headers");
        _components = new(_samples.Check(content));
        _bits = content[0];
    }

    private void ReadParameters(ReadOnlySpan<byte> content)
    {
        if (content is not [1, ..])
            throw _syntax.NotRead(" with tables of colours or sizes of more than 16 bits");
        if (content.Length < 11)
            throw JpegFault.Malformed("its parameters are too short");
        _presets = new(Number(content[1..]), Number(content[3..]), Number(content[5..]), Number(content[7..]), Number(content[9..]));

        static int Number(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16BigEndian(at);
    }

    /// <returns>Number of bytes that the scan has.</returns>
    private int ReadScan(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code)
    {
        if (_components is null)
            throw JpegFault.Malformed("a scan stands before the frame header");
        var chosen = _components.OfScan(content);
        var count = chosen.Length;
        for (var number = 0; number < count; number++)
        {
            if (content[2 + (number * 2)] != 0)
                throw _syntax.NotRead(" with tables of colours");
        }
        var (near, interleave, shift) = (content[1 + (count * 2)], content[2 + (count * 2)], content[3 + (count * 2)] & 0xF);
        if (interleave > SamplesInterleave || (interleave == PlanesInterleave && count != 1))
            throw JpegFault.Malformed("a scan interleaves its components in no known way");
        if (shift != 0)
            throw _syntax.NotRead(" with a point transform");
        var scan = new JpegLsScan(_presets.Complete(_bits, near), code);
        if (interleave == SamplesInterleave && count > 1)
            scan.DecodePixels(_samples, chosen);
        else
            scan.DecodeLines(_samples, chosen);
        return scan.Position;
    }
}
