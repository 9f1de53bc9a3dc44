using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.Media.Dicom;

/// <summary>What ffmpeg's decoders make of coded frames, and where it is not what the object says.</summary>
internal static class CodedPixels
{
    /// <summary>Reads the head of a frame, and compares it with what the object says.</summary>
    /// <param name="head">The frame's first bytes.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: a frame that would come out wrong. <c>unsupported_transfer_syntax</c>: one that ffmpeg does not decode.</exception>
    public static FrameHead Check(DicomLoop loop, ReadOnlySpan<byte> head)
    {
        var image = loop.Image;
        var isJpeg = loop.Header.Syntax.Coding == PixelCoding.Jpeg;
        var frame = isJpeg ? JpegHead.Read(head) : Jpeg2000Head.Read(head);
        if ((frame.Width, frame.Height, frame.Components) != (image.Columns, image.Rows, image.SamplesPerPixel))
        {
            throw new RejectedException(
                ReasonCode.Undecodable,
                $"A frame has {frame.Width}×{frame.Height} pixels of {frame.Components} components; {image.Columns}×{image.Rows} of {image.SamplesPerPixel} were expected.");
        }
        if (isJpeg ? frame.Bits != 8 : frame.Bits > (loop.IsOnlyShownHere ? image.BitsAllocated : 8))
            throw loop.Header.Syntax.NotRead($" with {frame.Components} components of {frame.Bits} bits where the object says {image.BitsStored}");
        return frame;
    }

    /// <summary>Whether ffmpeg has to be told that the components are red, green and blue. It takes three of JPEG for YCbCr unless an Adobe segment says otherwise.</summary>
    public static bool NeedsColours(DicomLoop loop, FrameHead frame) =>
        loop.Header.Syntax.Coding == PixelCoding.Jpeg && loop.Image.Photometric == "RGB" && !frame.NamesColours;

    /// <exception cref="RejectedException"><c>unsupported_transfer_syntax</c>: the pixels mean what is not read in this coding.</exception>
    public static void Ensure(DicomLoop loop)
    {
        var image = loop.Image;
        var read = loop.Header.Syntax.Coding == PixelCoding.Jpeg
            ? image.Photometric is "MONOCHROME1" or "MONOCHROME2" or "PALETTE COLOR" or "RGB" or "YBR_FULL" or "YBR_FULL_422"
            : image.Photometric is "MONOCHROME1" or "MONOCHROME2" or "PALETTE COLOR" or "RGB" or "YBR_FULL" or "YBR_RCT" or "YBR_ICT";
        if (!read)
            throw loop.Header.Syntax.NotRead($" with the photometric interpretation {PlainText.Clean(image.Photometric, 16)}");
    }
}
