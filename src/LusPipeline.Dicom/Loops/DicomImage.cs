using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>The image of a DICOM object: its attributes, checked against each other (PS3.3, sections C.7.6.3 and C.7.6.6).</summary>
public sealed record DicomImage
{
    /// <summary>Frames that the object declares, at least 1.</summary>
    public required long Frames { get; init; }

    /// <summary>Width in pixels, at least 1.</summary>
    public required int Columns { get; init; }

    /// <summary>Height in pixels, at least 1.</summary>
    public required int Rows { get; init; }

    /// <summary>1 or 3.</summary>
    public required int SamplesPerPixel { get; init; }

    /// <summary>What the samples mean, as the standard writes it, for example <c>MONOCHROME2</c>.</summary>
    public required string Photometric { get; init; }

    /// <summary>Whether a frame is one plane for each sample, not one pixel after another.</summary>
    public required bool IsPlanar { get; init; }

    /// <summary>8 or 16.</summary>
    public required int BitsAllocated { get; init; }

    public required int BitsStored { get; init; }

    /// <summary>Place of a sample's most significant bit, from 0.</summary>
    public required int HighBit { get; init; }

    /// <summary>Whether samples are two's complement.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>How samples of more than 8 bits become grey levels.</summary>
    public required GreyWindow Window { get; init; }

    /// <summary>The colours of <c>PALETTE COLOR</c>; null otherwise.</summary>
    public Palette? Palette { get; init; }

    /// <summary>Time of the whole loop; null if the object says none.</summary>
    public TimeSpan? Duration { get; init; }

    public IReadOnlyList<UltrasoundRegion> Regions { get; init; } = [];

    public required PixelElement Pixels { get; init; }

    /// <summary>The extended offset table: for each frame the distance of its first fragment, 8 bytes each; null if there is none.</summary>
    internal byte[]? ExtendedOffsets { get; init; }

    /// <summary>Bytes of one frame that is not coded. <c>YBR_FULL_422</c> has two samples for a pixel.</summary>
    public long FrameBytes => (long)Rows * Columns * (Photometric == "YBR_FULL_422" ? 2 : SamplesPerPixel) * (BitsAllocated / 8);

    /// <exception cref="RejectedException"><c>undecodable</c> or <c>unsupported_transfer_syntax</c>.</exception>
    internal static DicomImage From(TransferSyntax syntax, AttributeValues values, IReadOnlyList<UltrasoundRegion> regions, PixelElement pixels)
    {
        if (syntax.Coding == PixelCoding.Unsupported)
            throw syntax.NotRead();
        var samples = values.Unsigned(DicomTag.SamplesPerPixel) ?? 1;
        var photometric = values.Text(DicomTag.PhotometricInterpretation) ?? throw Lacks("photometric interpretation");
        var allocated = values.Unsigned(DicomTag.BitsAllocated) ?? throw Lacks("number of allocated bits");
        var stored = values.Unsigned(DicomTag.BitsStored) ?? allocated;
        var high = values.Unsigned(DicomTag.HighBit) ?? (ushort)(stored - 1);
        var frames = values.Text(DicomTag.NumberOfFrames) is null ? 1 : values.Number(DicomTag.NumberOfFrames) ?? throw DicomFault.Malformed("its number of frames is no number");
        if (values.Unsigned(DicomTag.Rows) is not (> 0 and var rows) || values.Unsigned(DicomTag.Columns) is not (> 0 and var columns))
            throw Lacks("width or height");
        if (samples is not (1 or 3))
            throw DicomFault.Malformed($"it has {samples} samples for a pixel; 1 and 3 are read");
        if (allocated is not (8 or 16))
            throw DicomFault.Malformed($"its samples have {allocated} bits; 8 and 16 are read");
        if (stored is 0 || stored > allocated || high >= allocated || high + 1 < stored)
            throw DicomFault.Malformed($"its samples of {allocated} bits store {stored} bits up to bit {high}");
        if (frames is not (>= 1 and <= int.MaxValue * 4.0))
            throw DicomFault.Malformed("its number of frames is not between 1 and 8 billion");
        if (pixels.Length is null != syntax.IsEncapsulated)
        {
            throw DicomFault.Malformed(
                $"its transfer syntax is {syntax.Uid} ({syntax.Name}), but its pixels are {(pixels.Length is null ? "in fragments" : "not in fragments")}");
        }
        var image = new DicomImage
        {
            Frames = (long)frames,
            Columns = columns,
            Rows = rows,
            SamplesPerPixel = samples,
            Photometric = photometric.ToUpperInvariant(),
            IsPlanar = samples == 3 && values.Unsigned(DicomTag.PlanarConfiguration) == 1,
            BitsAllocated = allocated,
            BitsStored = stored,
            HighBit = high,
            IsSigned = values.Unsigned(DicomTag.PixelRepresentation) == 1,
            Window = GreyWindow.From(values),
            Palette = photometric.Equals("PALETTE COLOR", StringComparison.OrdinalIgnoreCase) ? Palette.From(values) : null,
            Duration = FrameTimes.Duration(values, (long)frames),
            Regions = regions,
            Pixels = pixels,
            ExtendedOffsets = values.Bytes(DicomTag.ExtendedOffsetTable),
        };
        var wanted = image.Photometric is "MONOCHROME1" or "MONOCHROME2" or "PALETTE COLOR" ? 1 : 3;
        if (samples != wanted)
            throw DicomFault.Malformed($"{PlainName(photometric)} has {wanted} samples for a pixel, and it says {samples}");
        return image;
    }

    private static RejectedException Lacks(string what) => DicomFault.Malformed($"its image lacks the {what}");

    private static string PlainName(string photometric) => PlainText.Clean(photometric, 16);
}
