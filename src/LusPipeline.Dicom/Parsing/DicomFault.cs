using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Parsing;

/// <summary>The rejections of a file whose bytes do not follow PS3.5 or PS3.10.</summary>
internal static class DicomFault
{
    public static RejectedException Ends() => new(ReasonCode.Truncated, "The DICOM file ends in the middle of a value.");

    public static RejectedException Malformed(string what) => new(ReasonCode.Undecodable, $"The DICOM file is malformed: {what}.");
}
