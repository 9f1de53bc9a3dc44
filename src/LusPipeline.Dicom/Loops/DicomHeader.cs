using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>A DICOM file up to its pixels: what it is, and the image that it holds.</summary>
/// <param name="StudyInstanceUid">The examination; null if the file has none.</param>
/// <param name="SopInstanceUid">The object itself; null if the file has none.</param>
/// <param name="Image">The image; null for an object without pixels, such as a report.</param>
public sealed record DicomHeader(TransferSyntax Syntax, string? StudyInstanceUid, string? SopInstanceUid, DicomImage? Image)
{
    /// <summary>Longest value that is read: a palette of 65,536 entries, or the frame times of a loop of 20,000 frames.</summary>
    private const int LongestValue = 1 << 19;

    /// <summary>Most bytes of the regions' sequence that is entered. One region has some 300.</summary>
    private const int LongestRegions = 1 << 20;

    private static readonly HashSet<uint> Needed =
    [
        DicomTag.SopClassUid, DicomTag.SopInstanceUid, DicomTag.RecommendedDisplayFrameRate, DicomTag.CineRate, DicomTag.FrameTime, DicomTag.FrameTimeVector,
        DicomTag.StudyInstanceUid, DicomTag.SamplesPerPixel, DicomTag.PhotometricInterpretation, DicomTag.PlanarConfiguration, DicomTag.NumberOfFrames,
        DicomTag.FrameIncrementPointer, DicomTag.Rows, DicomTag.Columns, DicomTag.BitsAllocated, DicomTag.BitsStored, DicomTag.HighBit,
        DicomTag.PixelRepresentation, DicomTag.WindowCenter, DicomTag.WindowWidth, DicomTag.RescaleIntercept, DicomTag.RescaleSlope, DicomTag.VoiLutFunction,
        DicomTag.RedPaletteDescriptor, DicomTag.GreenPaletteDescriptor, DicomTag.BluePaletteDescriptor, DicomTag.RedPaletteData, DicomTag.GreenPaletteData,
        DicomTag.BluePaletteData, DicomTag.ExtendedOffsetTable,
    ];

    /// <summary>How many bytes show whether a file is DICOM.</summary>
    public const int HeadBytes = 144;

    /// <summary>Whether a file is DICOM, by its first bytes.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes or more, or the whole file if it is shorter.</param>
    public static bool IsDicom(ReadOnlySpan<byte> head) => DicomPrologue.IsDicom(head);

    /// <summary>Whether a file has the prefix of PS3.10. Other data sets are guessed from their first element.</summary>
    /// <param name="head">The first 132 bytes or more.</param>
    public static bool HasPrefix(ReadOnlySpan<byte> head) => DicomPrologue.HasPrefix(head);

    /// <summary>Reads a file up to its pixels. Values that are not needed are skipped, not read.</summary>
    /// <param name="file">A file at its start that can seek. It is not disposed.</param>
    /// <exception cref="RejectedException">
    /// <c>not_a_video</c>, <c>truncated</c>, <c>undecodable</c>: the bytes do not follow PS3.5 and PS3.10, or the image's attributes contradict each other.
    /// </exception>
    public static DicomHeader Read(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var (syntax, input) = DicomPrologue.Read(file);
        return Read(syntax, input);
    }

    /// <param name="input">Is left at the first byte of the pixels if there are any.</param>
    internal static DicomHeader Read(TransferSyntax syntax, ForwardInput input)
    {
        var reader = new DataSetReader(input, syntax.Form);
        var values = new AttributeValues(syntax.Form.BigEndian);
        IReadOnlyList<UltrasoundRegion> regions = [];
        PixelElement? pixels = null;
        while (pixels is null && reader.Read())
        {
            if (reader is not { Kind: DataSetToken.Element, Depth: 0 } && !IsSequenceOfRegions(reader))
                continue;
            if (IsSequenceOfRegions(reader))
                regions = UltrasoundRegion.ReadAll(reader, LongestRegions);
            else if (reader.Tag == DicomTag.PixelData)
                pixels = new(reader.Length == DataSetReader.UndefinedLength ? null : reader.Length, reader.Vr == ValueRepresentation.OtherWord);
            else if (reader.Tag is DicomTag.FloatPixelData or DicomTag.DoubleFloatPixelData)
                throw new RejectedException(ReasonCode.Undecodable, "Its pixels are floating-point numbers, which are not read.");
            else if (Needed.Contains(reader.Tag) && reader.Length != DataSetReader.UndefinedLength)
                values.Add(reader.Tag, reader.Value(LongestValue));
        }
        return new(
            syntax, values.Uid(DicomTag.StudyInstanceUid), values.Uid(DicomTag.SopInstanceUid),
            pixels is { } element ? DicomImage.From(syntax, values, regions, element) : null);
    }

    private static bool IsSequenceOfRegions(DataSetReader reader) =>
        reader is { Kind: DataSetToken.Element, Tag: DicomTag.UltrasoundRegions } && (reader.Length == DataSetReader.UndefinedLength ? reader.Depth == 1 : reader.Depth == 0);
}
