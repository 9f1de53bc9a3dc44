namespace LusPipeline.Hosting.Reports;

/// <summary>What came of making a study's report.</summary>
/// <param name="Content">The report as a DICOM file; null if there is none.</param>
/// <param name="Problem">Why there is none although the study has loops and a result; else null. It may hold what the originals say, so it is not logged.</param>
public readonly record struct DicomReport(byte[]? Content, string? Problem)
{
    /// <summary>A study without a result, or whose videos are no DICOM loops.</summary>
    public static DicomReport None => default;
}
