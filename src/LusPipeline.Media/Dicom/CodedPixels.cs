using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.Media.Dicom;

/// <summary>What ffmpeg's decoders make of coded frames, and where it is not what the object says.</summary>
internal static class CodedPixels
{
    /// <summary>Whether ffmpeg sees from a frame what its components mean. It takes three of JPEG for YCbCr unless an Adobe segment says otherwise.</summary>
    /// <param name="head">The frame's first bytes.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: a frame that would come out wrong.</exception>
    public static bool NamesColours(DicomLoop loop, ReadOnlySpan<byte> head)
    {
        if (loop.Header.Syntax.Coding == PixelCoding.Jpeg2000)
            return true;
        var jpeg = JpegHead.Read(head);
        if (jpeg.Bits != 8 || jpeg.Components != loop.Image.SamplesPerPixel)
            throw Refused($"A frame has {jpeg.Components} components of {jpeg.Bits} bits; {loop.Image.SamplesPerPixel} of 8 are read.");
        if (loop.Header.Syntax.Coding == PixelCoding.Jpeg)
            return jpeg.NamesColours || loop.Image.Photometric != "RGB";
        // ffmpeg makes an empty image of such a frame, and no error.
        if (jpeg.MixesSamples)
            throw Refused("JPEG-LS that interleaves the colours sample by sample is not read. dcmcjpls and gdcmconv can convert it to interleaved lines or to another coding.");
        return true;
    }

    /// <exception cref="RejectedException"><c>undecodable</c>: the pixels mean what is not read in this coding.</exception>
    public static void Ensure(DicomLoop loop)
    {
        if (loop.Image.BitsStored != 8)
            throw Refused($"Samples of {loop.Image.BitsStored} bits are read without compression or in RLE; in {loop.Header.Syntax.Name} those of 8 bits are.");
        var read = loop.Header.Syntax.Coding switch
        {
            PixelCoding.Jpeg => loop.Image.Photometric is "MONOCHROME2" or "RGB" or "YBR_FULL" or "YBR_FULL_422",
            PixelCoding.JpegLs => loop.Image.Photometric is "MONOCHROME2" or "RGB",
            _ => loop.Image.Photometric is "MONOCHROME2" or "RGB" or "YBR_RCT" or "YBR_ICT",
        };
        if (!read)
            throw Refused($"Pixels of the photometric interpretation {PlainText.Clean(loop.Image.Photometric, 16)} are not read in {loop.Header.Syntax.Name}.");
    }

    private static RejectedException Refused(string why) => new(ReasonCode.Undecodable, why);
}
