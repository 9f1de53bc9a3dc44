namespace LusPipeline.Dicom.Parsing;

/// <summary>The tags that are read, as group and element in one number (PS3.6).</summary>
internal static class DicomTag
{
    public const uint TransferSyntaxUid = 0x0002_0010;
    public const uint SopClassUid = 0x0008_0016;
    public const uint SopInstanceUid = 0x0008_0018;
    public const uint RecommendedDisplayFrameRate = 0x0008_2144;
    public const uint CineRate = 0x0018_0040;
    public const uint FrameTime = 0x0018_1063;
    public const uint FrameTimeVector = 0x0018_1065;
    public const uint UltrasoundRegions = 0x0018_6011;
    public const uint RegionSpatialFormat = 0x0018_6012;
    public const uint RegionDataType = 0x0018_6014;
    public const uint RegionMinX0 = 0x0018_6018;
    public const uint RegionMinY0 = 0x0018_601A;
    public const uint RegionMaxX1 = 0x0018_601C;
    public const uint RegionMaxY1 = 0x0018_601E;
    public const uint StudyInstanceUid = 0x0020_000D;
    public const uint SamplesPerPixel = 0x0028_0002;
    public const uint PhotometricInterpretation = 0x0028_0004;
    public const uint PlanarConfiguration = 0x0028_0006;
    public const uint NumberOfFrames = 0x0028_0008;
    public const uint FrameIncrementPointer = 0x0028_0009;
    public const uint Rows = 0x0028_0010;
    public const uint Columns = 0x0028_0011;
    public const uint BitsAllocated = 0x0028_0100;
    public const uint BitsStored = 0x0028_0101;
    public const uint HighBit = 0x0028_0102;
    public const uint PixelRepresentation = 0x0028_0103;
    public const uint WindowCenter = 0x0028_1050;
    public const uint WindowWidth = 0x0028_1051;
    public const uint RescaleIntercept = 0x0028_1052;
    public const uint RescaleSlope = 0x0028_1053;
    public const uint VoiLutFunction = 0x0028_1056;
    public const uint RedPaletteDescriptor = 0x0028_1101;
    public const uint GreenPaletteDescriptor = 0x0028_1102;
    public const uint BluePaletteDescriptor = 0x0028_1103;
    public const uint RedPaletteData = 0x0028_1201;
    public const uint GreenPaletteData = 0x0028_1202;
    public const uint BluePaletteData = 0x0028_1203;
    public const uint ExtendedOffsetTable = 0x7FE0_0001;
    public const uint FloatPixelData = 0x7FE0_0008;
    public const uint DoubleFloatPixelData = 0x7FE0_0009;
    public const uint PixelData = 0x7FE0_0010;
    public const uint Item = 0xFFFE_E000;
    public const uint ItemEnd = 0xFFFE_E00D;
    public const uint SequenceEnd = 0xFFFE_E0DD;

    /// <summary>A tag as the standard writes it, for example <c>(0028,0010)</c>.</summary>
    public static string Text(uint tag) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"({tag >> 16:X4},{tag & 0xFFFF:X4})");
}
