using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Pixels;

/// <summary>
/// A DICOM image with more than one frame, read frame by frame. Each pass reads the file anew, forwards. Memory is that of one frame.
/// </summary>
public sealed class DicomLoop
{
    private const int CopyBytes = 1 << 18;

    /// <summary>One damaged frame of so many is left out.</summary>
    private const int FramesOfOneDamaged = 5;

    private readonly FragmentIndex? _fragments;
    private readonly DisplayPixels? _display;

    private DicomLoop(DicomHeader header, DicomImage image, FragmentIndex? fragments, int frames, bool cutShort)
    {
        Header = header;
        Image = image;
        _fragments = fragments;
        Frames = frames;
        CutShort = cutShort;
        IsDecodedHere = header.Syntax.Coding switch
        {
            PixelCoding.Native or PixelCoding.EncapsulatedNative or PixelCoding.Rle or PixelCoding.JpegLs or PixelCoding.JpegLossless => true,
            PixelCoding.Jpeg => image.BitsStored > 8,
            _ => false,
        };
        if (!IsDecodedHere && !IsShownHere(header.Syntax, image))
            return;
        // Run lengths are of planes, whatever the planar configuration says, and decoders give pixels.
        var planar = header.Syntax.Coding switch
        {
            PixelCoding.Native or PixelCoding.EncapsulatedNative => image.IsPlanar,
            PixelCoding.Rle => image.SamplesPerPixel == 3,
            _ => false,
        };
        _display = new(image, header.Syntax, planar, whole: IsJpeg(header.Syntax.Coding));
    }

    public DicomHeader Header { get; }

    public DicomImage Image { get; }

    /// <summary>Whole frames that the file has. For a video stream, the frames that it declares.</summary>
    public int Frames { get; }

    /// <summary>Whether the file ends before its pixels do.</summary>
    public bool CutShort { get; }

    /// <summary>Whether the pixels are not coded, or decoded here: see <see cref="WriteFramesAsync"/>. All other codings are a decoder's work.</summary>
    public bool IsDecodedHere { get; }

    /// <summary>Whether a decoder's samples have to be turned into levels here: see <see cref="WriteShownAsync"/>.</summary>
    public bool IsOnlyShownHere => _display is not null && !IsDecodedHere;

    /// <summary>Whether a decoded frame has red, green and blue, not grey levels.</summary>
    public bool IsColour => _display?.IsColour ?? Image.SamplesPerPixel == 3;

    /// <summary>Finds the frames of an image.</summary>
    /// <param name="file">A file at its start that can seek.</param>
    /// <param name="mostFrames">The limit on frames.</param>
    /// <param name="mostPixels">The limit on a frame's pixels.</param>
    /// <exception cref="RejectedException">
    /// <c>too_few_frames</c>, <c>too_many_frames</c>, <c>too_large_frame</c>, <c>no_video_stream</c> (an object without pixels),
    /// <c>unsupported_transfer_syntax</c>, <c>undecodable</c>, <c>truncated</c>.
    /// </exception>
    public static DicomLoop Open(Stream file, int mostFrames, long mostPixels)
    {
        ArgumentNullException.ThrowIfNull(file);
        var (syntax, input) = DicomPrologue.Read(file);
        var header = DicomHeader.Read(syntax, input);
        var image = header.Image ?? throw new RejectedException(ReasonCode.NoVideoStream, "The DICOM object has no pixels.");
        if (image.Frames > mostFrames)
            throw new RejectedException(ReasonCode.TooManyFrames, $"It says that it has {image.Frames} frames; the limit is {mostFrames}.");
        if ((long)image.Columns * image.Rows > mostPixels)
            throw new RejectedException(ReasonCode.TooLargeFrame, $"A frame of {image.Columns}×{image.Rows} pixels is above the limit of {mostPixels} pixels.");
        if (image.Frames < 2)
            throw new RejectedException(ReasonCode.TooFewFrames, "A clip needs 2 frames; it is a single image.");
        if (!syntax.IsEncapsulated)
            return Native(header, image, input);
        var fragments = FragmentIndex.Read(input, syntax, image);
        if (fragments.Frames > image.Frames)
            throw DicomFault.Malformed($"it has {fragments.Frames} frames, and says {image.Frames}");
        return new(header, image, fragments, syntax.IsVideo ? (int)image.Frames : fragments.Frames, fragments.CutShort);
    }

    /// <summary>
    /// Writes the frames one after another as 8 bits of grey or of red, green and blue (<see cref="IsColour"/>). Damaged ones are left out, up to a fifth of
    /// them, as ffmpeg leaves them out and every video may lack them.
    /// </summary>
    /// <param name="file">The file at its start.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: more frames are damaged; <c>unsupported_transfer_syntax</c> or <c>truncated</c>.</exception>
    public async Task WriteFramesAsync(Stream file, Stream output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        var display = _display ?? throw new InvalidOperationException("A decoder reads these frames.");
        var input = AtPixels(file);
        var samples = new byte[SampleBytes];
        var shown = display.IsIdentity ? samples : new byte[display.OutputBytes];
        var code = Array.Empty<byte>();
        var damaged = 0;
        for (var frame = 0; frame < Frames; frame++)
        {
            try
            {
                ReadSamples(input, frame, samples, ref code);
            }
            catch (RejectedException fault) when (fault.Reason == ReasonCode.Undecodable && _fragments is not null)
            {
                if (++damaged * FramesOfOneDamaged > Frames)
                    throw;
                continue;
            }
            if (!display.IsIdentity)
                display.Convert(samples, shown);
            await output.WriteAsync(shown, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Turns the samples of a decoder into what <see cref="WriteFramesAsync"/> writes.</summary>
    /// <param name="decoded">Frames one after another: pixel by pixel, in 8 bits, or in 16, least significant byte first, where 16 are allocated.</param>
    /// <param name="samples">How they stand in their bits.</param>
    /// <returns>Number of frames.</returns>
    public async Task<int> WriteShownAsync(Stream decoded, Stream output, Func<DecodedSamples> samples, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(decoded);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(samples);
        var display = _display ?? throw new InvalidOperationException("These frames are what they show.");
        var (frame, shown) = (new byte[SampleBytes], new byte[display.OutputBytes]);
        for (var frames = 0; ; frames++)
        {
            if (await decoded.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) < frame.Length)
                return frames;
            samples().Align(frame, Image.BitsAllocated);
            display.Convert(frame, shown);
            await output.WriteAsync(shown, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the coded frames.</summary>
    /// <param name="file">The file at its start.</param>
    /// <param name="onFrame">Is told the number and the length in bytes of each frame before its bytes are written, and its first bytes.</param>
    public async Task WriteCodedFramesAsync(
        Stream file, Stream output, Func<int, long, ReadOnlyMemory<byte>, ValueTask<int>> onFrame, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(onFrame);
        var input = AtPixels(file);
        var buffer = new byte[CopyBytes];
        for (var frame = 0; frame < Frames; frame++)
        {
            var fragments = _fragments!.Of(frame);
            var told = false;
            foreach (var fragment in fragments)
            {
                input.Skip(fragment.Position - input.Position);
                var left = fragment.Length;
                while (left > 0)
                {
                    var step = (int)Math.Min(left, buffer.Length);
                    input.ReadExactly(buffer.AsSpan(0, step));
                    left -= step;
                    var written = told ? 0 : await onFrame(frame, fragments.Sum(each => each.Length), buffer.AsMemory(0, step)).ConfigureAwait(false);
                    told = true;
                    await output.WriteAsync(buffer.AsMemory(written, step - written), cancellation).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Writes all fragments one after another: the stream of a video coding.</summary>
    /// <param name="file">The file at its start.</param>
    public async Task WriteStreamAsync(Stream file, Stream output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        var input = AtPixels(file);
        var buffer = new byte[CopyBytes];
        foreach (var fragment in _fragments!.Fragments)
        {
            input.Skip(fragment.Position - input.Position);
            for (var left = fragment.Length; left > 0;)
            {
                var step = (int)Math.Min(left, buffer.Length);
                input.ReadExactly(buffer.AsSpan(0, step));
                await output.WriteAsync(buffer.AsMemory(0, step), cancellation).ConfigureAwait(false);
                left -= step;
            }
        }
    }

    private static DicomLoop Native(DicomHeader header, DicomImage image, ForwardInput input)
    {
        var wanted = image.Frames * image.FrameBytes;
        var declared = image.Pixels.Length!.Value;
        // More than the padding of the last frame means that another attribute is wrong.
        if (declared >= wanted + image.FrameBytes)
            throw DicomFault.Malformed($"its {image.Frames} frames of {image.FrameBytes} bytes are {wanted} bytes, and its pixels have {declared}");
        var there = Math.Min(Math.Min(declared, input.Left ?? declared), wanted);
        return new(header, image, null, (int)(there / image.FrameBytes), there < wanted);
    }

    /// <summary>Bytes of a frame's samples. A decoder gives each pixel all of them.</summary>
    private long SampleBytes => IsJpeg(Header.Syntax.Coding)
        ? (long)Image.Rows * Image.Columns * Image.SamplesPerPixel * (Image.BitsAllocated / 8)
        : Image.FrameBytes;

    private static bool IsJpeg(PixelCoding coding) => coding is PixelCoding.Jpeg or PixelCoding.JpegLossless or PixelCoding.JpegLs or PixelCoding.Jpeg2000;

    /// <summary>Whether what a decoder gives for these pixels is not yet what they show.</summary>
    private static bool IsShownHere(TransferSyntax syntax, DicomImage image) => syntax.Coding is PixelCoding.Jpeg or PixelCoding.Jpeg2000
        && (image.Photometric is "MONOCHROME1" or "PALETTE COLOR" || image.IsSigned || image.BitsStored != 8 || image.BitsAllocated != 8
            || (syntax.Coding == PixelCoding.Jpeg2000 && image.Photometric is "YBR_FULL"));

    private void ReadSamples(ForwardInput input, int frame, byte[] samples, ref byte[] code)
    {
        if (_fragments is null)
        {
            input.ReadExactly(samples);
            return;
        }
        var length = ReadCode(input, frame, samples.Length, ref code);
        var coded = code.AsSpan(0, length);
        switch (Header.Syntax.Coding)
        {
            case PixelCoding.EncapsulatedNative:
                coded[..samples.Length].CopyTo(samples);
                break;
            case PixelCoding.Rle:
                DecodeRle(coded, samples);
                break;
            case PixelCoding.JpegLs:
                JpegLsFrame.Decode(coded, SamplesIn(samples), Header.Syntax);
                break;
            default:
                JpegFrame.Decode(coded, SamplesIn(samples), Header.Syntax, Header.Syntax.Coding == PixelCoding.JpegLossless);
                break;
        }
    }

    /// <summary>Joins the fragments of a frame.</summary>
    /// <returns>Number of bytes.</returns>
    private int ReadCode(ForwardInput input, int frame, int samples, ref byte[] code)
    {
        var fragments = _fragments!.Of(frame);
        var length = fragments.Sum(fragment => fragment.Length);
        if (Header.Syntax.Coding == PixelCoding.EncapsulatedNative ? length < samples : length > LongestCode(samples))
            throw DicomFault.Malformed($"its frame {frame} has {length} bytes");
        if (code.Length < length)
            code = new byte[length];
        var filled = 0;
        foreach (var fragment in fragments)
        {
            input.Skip(fragment.Position - input.Position);
            input.ReadExactly(code.AsSpan(filled, (int)fragment.Length));
            filled += (int)fragment.Length;
        }
        return filled;
    }

    private void DecodeRle(ReadOnlySpan<byte> code, byte[] samples)
    {
        var bytes = Image.BitsAllocated / 8;
        if (bytes == 1)
        {
            RleFrame.Decode(code, samples, Image.SamplesPerPixel);
            return;
        }
        var planes = new byte[samples.Length];
        RleFrame.Decode(code, planes, bytes);
        for (var pixel = 0; pixel < samples.Length / 2; pixel++)
            (samples[pixel * 2], samples[(pixel * 2) + 1]) = (planes[(samples.Length / 2) + pixel], planes[pixel]);
    }

    private FrameSamples SamplesIn(byte[] samples) => new(samples, Image.Columns, Image.Rows, Image.SamplesPerPixel, Image.BitsAllocated == 16);

    /// <summary>
    /// Most bytes of a frame. Run lengths of noise are longer than the samples by 1 in 128 at most; twice is what a careless writer makes. A code of JPEG-LS
    /// has four times the bits of its sample at most. What stands before the scans may be longer.
    /// </summary>
    private long LongestCode(long samples) => Header.Syntax.Coding == PixelCoding.Rle ? (samples * 2) + 1024 : (samples * 5) + (1 << 20);

    private static ForwardInput AtPixels(Stream file)
    {
        var (syntax, input) = DicomPrologue.Read(file);
        _ = DicomHeader.Read(syntax, input);
        return input;
    }
}
