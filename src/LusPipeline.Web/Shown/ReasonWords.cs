using LusPipeline.Core.Outcomes;

namespace LusPipeline.Web.Shown;

/// <summary>Reason codes in words, for people who have not read their list.</summary>
internal static class ReasonWords
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        [ReasonCode.Empty] = "The file is empty.",
        [ReasonCode.NotAVideo] = "The file is not a video.",
        [ReasonCode.Playlist] = "The file is a playlist, which would open other files.",
        [ReasonCode.NoVideoStream] = "The file has no moving picture.",
        [ReasonCode.TooFewFrames] = "Fewer than two frames can be decoded.",
        [ReasonCode.Undecodable] = "No frame can be decoded.",
        [ReasonCode.Truncated] = "A part of the file is missing.",
        [ReasonCode.TooLargeFrame] = "The frames have more pixels than the limit.",
        [ReasonCode.TooManyFrames] = "The video has more frames than the limit.",
        [ReasonCode.TooLargeFile] = "The file is larger than the limit.",
        [ReasonCode.ExternalReference] = "The file refers to other files or to the network.",
        [ReasonCode.OutsideBucket] = "A link leads out of the folder.",
        [ReasonCode.Unreadable] = "The file cannot be read: a right is missing.",
        [ReasonCode.Vanished] = "The file went away or changed while it was read.",
        [ReasonCode.Dicom] = "An earlier version, which did not read DICOM, has seen this.",
        [ReasonCode.UnsupportedTransferSyntax] = "The DICOM loop is coded in a way that is not read.",
        [ReasonCode.NoTissueRegion] = "The DICOM loop shows Doppler, M-mode or colour flow, and no tissue without it.",
        [ReasonCode.DecodeTimeout] = "Decoding took too long, also when tried again.",
        [ReasonCode.DecoderCrashed] = "The decoder crashed, also when tried again.",
        [ReasonCode.ObjectLost] = "Frames or features were gone, also when tried again.",
        [ReasonCode.Crashed] = "The program ended three times while it worked on this.",
        [ReasonCode.Cancelled] = "A user cancelled the study.",
    };

    /// <returns>The words, or the code itself if it is one of a later version.</returns>
    public static string Of(string code) => Words.GetValueOrDefault(code, code);
}
