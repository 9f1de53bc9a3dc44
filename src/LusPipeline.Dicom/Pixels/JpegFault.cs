using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>The rejection of a frame in JPEG or JPEG-LS.</summary>
internal static class JpegFault
{
    public static RejectedException Malformed(string what) => new(ReasonCode.Undecodable, $"The JPEG image of a frame is malformed: {what}.");

    public static RejectedException Ended() => Malformed("its scan ends too early");
}
