using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Pixels;

/// <summary>
/// Turns the samples of a frame into what a screen would show: 8 bits of grey, or of red, green and blue for each pixel. Samples of 8 stored bits are
/// taken as they are; those of another width go through the window.
/// </summary>
internal sealed class DisplayPixels
{
    private readonly DicomImage _image;
    private readonly bool _swapped;
    private readonly bool _isHalved;
    private readonly bool _overshoots;
    private readonly byte[]? _grey;

    /// <param name="syntax">The loop's.</param>
    /// <param name="planar">Whether the frame's samples are in planes.</param>
    /// <param name="whole">Whether each pixel has all of its samples, <c>YBR_FULL_422</c>'s too: a decoder gave them.</param>
    /// <exception cref="RejectedException"><c>unsupported_transfer_syntax</c>: pixels of this kind are not read in it.</exception>
    public DisplayPixels(DicomImage image, TransferSyntax syntax, bool planar, bool whole)
    {
        _image = image;
        _isHalved = image.Photometric == "YBR_FULL_422" && !whole;
        _overshoots = syntax.IsLossy;
        IsPlanar = planar;
        var bigEndian = syntax.Form.BigEndian;
        // A word holds two samples of 8 bits, the first one in its less significant byte.
        _swapped = bigEndian && (image.BitsAllocated == 16 || image.Pixels.IsWords);
        Ensure(image, syntax, planar);
        IsColour = image.SamplesPerPixel == 3 || image.Palette is not null;
        if (!IsColour && (image.BitsAllocated != 8 || image.BitsStored != 8 || image.HighBit != 7 || image.IsSigned || image.Photometric == "MONOCHROME1"))
            _grey = GreyLevels();
    }

    /// <summary>Whether a pixel is three bytes (red, green, blue), not one.</summary>
    public bool IsColour { get; }

    public bool IsPlanar { get; }

    /// <summary>Bytes of a frame's result.</summary>
    public long OutputBytes => (long)_image.Rows * _image.Columns * (IsColour ? 3 : 1);

    /// <summary>Whether a frame's samples are the result.</summary>
    public bool IsIdentity => !_swapped && _grey is null && _image.Palette is null && !(IsColour && IsPlanar) && _image.Photometric is "MONOCHROME2" or "RGB";

    /// <summary>Converts one frame.</summary>
    /// <param name="samples">The frame's bytes; they may be changed.</param>
    /// <param name="output"><see cref="OutputBytes"/> bytes.</param>
    public void Convert(Span<byte> samples, Span<byte> output)
    {
        if (_swapped)
            SwapBytes(samples);
        if (_image.Palette is { } palette)
            Colour(samples, output, palette);
        else if (!IsColour)
            Grey(samples, output);
        else if (_isHalved)
            Halved(samples, output);
        else
            Interleave(samples, output, _image.Photometric is "YBR_FULL" or "YBR_FULL_422");
    }

    private void Ensure(DicomImage image, TransferSyntax syntax, bool planar)
    {
        if (image.Photometric is not ("MONOCHROME1" or "MONOCHROME2" or "PALETTE COLOR" or "RGB" or "YBR_FULL" or "YBR_FULL_422"))
            throw syntax.NotRead($" with the photometric interpretation {PlainText.Clean(image.Photometric, 16)}");
        if (image.SamplesPerPixel == 3 && (image.BitsAllocated, image.BitsStored, image.HighBit) != (8, 8, 7))
            throw syntax.NotRead($" with colours of {image.BitsStored} bits in {image.BitsAllocated}");
        if (_isHalved && (planar || image.Columns % 2 != 0))
            throw syntax.NotRead(" with YBR_FULL_422 in planes or of an odd width");
    }

    private byte[] GreyLevels()
    {
        var image = _image;
        var inverted = image.Photometric == "MONOCHROME1";
        var (least, most) = image.IsSigned ? (-(1 << (image.BitsStored - 1)), (1 << (image.BitsStored - 1)) - 1) : (0, (1 << image.BitsStored) - 1);
        // 8 bits are shown as they are. A window is for what a screen cannot show.
        var window = image.BitsStored > 8 ? image.Window : image.Window with { Centre = null };
        var levels = new byte[1 << image.BitsAllocated];
        for (var sample = 0; sample < levels.Length; sample++)
        {
            var level = most == least ? (byte)0 : window.Grey(Stored(sample), least, most);
            levels[sample] = inverted ? (byte)(255 - level) : level;
        }
        return levels;
    }

    /// <summary>Takes the stored bits out of a sample, with their sign. The others may hold an overlay, except where a decoder gave more than they can hold.</summary>
    private int Stored(int sample)
    {
        var image = _image;
        if (_overshoots)
        {
            var whole = (image.IsSigned ? image.BitsAllocated == 8 ? (sbyte)sample : (short)sample : sample) >> (image.HighBit + 1 - image.BitsStored);
            return image.IsSigned
                ? Math.Clamp(whole, -(1 << (image.BitsStored - 1)), (1 << (image.BitsStored - 1)) - 1)
                : Math.Min(whole, (1 << image.BitsStored) - 1);
        }
        var value = (sample >> (image.HighBit + 1 - image.BitsStored)) & ((1 << image.BitsStored) - 1);
        return image.IsSigned && value >> (image.BitsStored - 1) != 0 ? value - (1 << image.BitsStored) : value;
    }

    private static void SwapBytes(Span<byte> samples)
    {
        for (var at = 0; at + 1 < samples.Length; at += 2)
            (samples[at], samples[at + 1]) = (samples[at + 1], samples[at]);
    }

    private void Grey(ReadOnlySpan<byte> samples, Span<byte> output)
    {
        if (_grey is not { } levels)
        {
            samples[..output.Length].CopyTo(output);
            return;
        }
        for (var pixel = 0; pixel < output.Length; pixel++)
            output[pixel] = levels[Sample(samples, pixel)];
    }

    private void Colour(ReadOnlySpan<byte> samples, Span<byte> output, Palette palette)
    {
        for (var pixel = 0; pixel < output.Length / 3; pixel++)
        {
            var stored = Stored(Sample(samples, pixel));
            for (var colour = 0; colour < 3; colour++)
                output[(pixel * 3) + colour] = palette.Level(colour, stored);
        }
    }

    private int Sample(ReadOnlySpan<byte> samples, int pixel) =>
        _image.BitsAllocated == 8 ? samples[pixel] : BinaryPrimitives.ReadUInt16LittleEndian(samples[(pixel * 2)..]);

    private void Interleave(ReadOnlySpan<byte> samples, Span<byte> output, bool isYbr)
    {
        var pixels = output.Length / 3;
        var (next, plane) = IsPlanar ? (1, pixels) : (3, 1);
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var at = pixel * next;
            var (first, second, third) = (samples[at], samples[at + plane], samples[at + (plane * 2)]);
            var target = output.Slice(pixel * 3, 3);
            if (isYbr)
                YbrColour.ToRgb(first, second, third, target);
            else
                (target[0], target[1], target[2]) = (first, second, third);
        }
    }

    /// <summary>Two pixels share their colour: Y, Y, Cb, Cr (PS3.3, section C.7.6.3.1.2).</summary>
    private static void Halved(ReadOnlySpan<byte> samples, Span<byte> output)
    {
        for (int at = 0, target = 0; target + 6 <= output.Length; at += 4, target += 6)
        {
            YbrColour.ToRgb(samples[at], samples[at + 2], samples[at + 3], output[target..]);
            YbrColour.ToRgb(samples[at + 1], samples[at + 2], samples[at + 3], output[(target + 3)..]);
        }
    }
}
