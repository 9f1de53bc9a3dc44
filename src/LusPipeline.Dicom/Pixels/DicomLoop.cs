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

    private readonly FragmentIndex? _fragments;
    private readonly DisplayPixels? _display;

    private DicomLoop(DicomHeader header, DicomImage image, FragmentIndex? fragments, int frames, bool cutShort)
    {
        Header = header;
        Image = image;
        _fragments = fragments;
        Frames = frames;
        CutShort = cutShort;
        if (header.Syntax.Coding is PixelCoding.Native or PixelCoding.EncapsulatedNative or PixelCoding.Rle)
        {
            // Run lengths are of planes, whatever the planar configuration says.
            _display = new(image, image.IsPlanar || (header.Syntax.Coding == PixelCoding.Rle && image.SamplesPerPixel == 3), header.Syntax.Form.BigEndian);
        }
    }

    public DicomHeader Header { get; }

    public DicomImage Image { get; }

    /// <summary>Whole frames that the file has. For a video stream, the frames that it declares.</summary>
    public int Frames { get; }

    /// <summary>Whether the file ends before its pixels do.</summary>
    public bool CutShort { get; }

    /// <summary>Whether the pixels are not coded, or decoded here: see <see cref="WriteFramesAsync"/>. All other codings are a decoder's work.</summary>
    public bool IsDecodedHere => _display is not null;

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

    /// <summary>Writes the frames one after another as 8 bits of grey or of red, green and blue (<see cref="IsColour"/>).</summary>
    /// <param name="file">The file at its start.</param>
    /// <exception cref="RejectedException"><c>undecodable</c> or <c>truncated</c>.</exception>
    public async Task WriteFramesAsync(Stream file, Stream output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        var display = _display ?? throw new InvalidOperationException("A decoder reads these frames.");
        var input = AtPixels(file);
        var samples = new byte[Image.FrameBytes];
        var shown = display.IsIdentity ? samples : new byte[display.OutputBytes];
        for (var frame = 0; frame < Frames; frame++)
        {
            ReadSamples(input, frame, samples);
            if (!display.IsIdentity)
                display.Convert(samples, shown);
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

    private void ReadSamples(ForwardInput input, int frame, byte[] samples)
    {
        if (_fragments is null)
        {
            input.ReadExactly(samples);
            return;
        }
        var fragments = _fragments.Of(frame);
        var length = fragments.Sum(fragment => fragment.Length);
        if (Header.Syntax.Coding == PixelCoding.EncapsulatedNative ? length < samples.Length : length > LongestRle(samples.Length))
            throw DicomFault.Malformed($"its frame {frame} has {length} bytes");
        var code = new byte[length];
        var filled = 0;
        foreach (var fragment in fragments)
        {
            input.Skip(fragment.Position - input.Position);
            input.ReadExactly(code.AsSpan(filled, (int)fragment.Length));
            filled += (int)fragment.Length;
        }
        if (Header.Syntax.Coding == PixelCoding.EncapsulatedNative)
        {
            code.AsSpan(0, samples.Length).CopyTo(samples);
            return;
        }
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

    /// <summary>Run lengths of noise are longer than the samples by 1 in 128 at most. Twice is what a careless writer makes.</summary>
    private static long LongestRle(long samples) => (samples * 2) + 1024;

    private static ForwardInput AtPixels(Stream file)
    {
        var (syntax, input) = DicomPrologue.Read(file);
        _ = DicomHeader.Read(syntax, input);
        return input;
    }
}
