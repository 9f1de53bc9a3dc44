namespace LusPipeline.Core.Outcomes;

/// <summary>The reasons why a video or clip has no result. The ledger, the JSON output and dashboards rely on these codes.</summary>
public static class ReasonCode
{
    /// <summary>Rejected: the file has no bytes.</summary>
    public const string Empty = "empty";

    /// <summary>Rejected: the content is not a known video format.</summary>
    public const string NotAVideo = "not_a_video";

    /// <summary>Rejected: the file is a playlist, which would make the decoder open other files.</summary>
    public const string Playlist = "playlist";

    /// <summary>Rejected: the container has no video stream.</summary>
    public const string NoVideoStream = "no_video_stream";

    /// <summary>Rejected: fewer than two frames can be decoded.</summary>
    public const string TooFewFrames = "too_few_frames";

    /// <summary>Rejected: the decoder cannot decode the content.</summary>
    public const string Undecodable = "undecodable";

    /// <summary>Rejected: the container cannot be read, or less than 80 % of its declared frames decode. Also a warning code of a video that is done.</summary>
    public const string Truncated = "truncated";

    /// <summary>Rejected: a frame has more pixels than the limit <c>Limits:MaxFramePixels</c>.</summary>
    public const string TooLargeFrame = "too_large_frame";

    /// <summary>Rejected: the video has more frames than the limit <c>Limits:MaxFrames</c>.</summary>
    public const string TooManyFrames = "too_many_frames";

    /// <summary>Rejected: the file has more bytes than the limit <c>Limits:MaxFileBytes</c>.</summary>
    public const string TooLargeFile = "too_large_file";

    /// <summary>Rejected: the content refers to other files or to the network.</summary>
    public const string ExternalReference = "external_reference";

    /// <summary>Rejected: a link leads out of the watched folder.</summary>
    public const string OutsideBucket = "outside_bucket";

    /// <summary>The file or object cannot be read, for example because permission is missing.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Rejected: the file or object is gone, or has other content now.</summary>
    public const string Vanished = "vanished";

    /// <summary>Rejected by an earlier version, which did not read DICOM. Such a video is tried again.</summary>
    public const string Dicom = "dicom";

    /// <summary>Rejected: the pixels of a DICOM file are in a transfer syntax that is not read.</summary>
    public const string UnsupportedTransferSyntax = "unsupported_transfer_syntax";

    /// <summary>Rejected: a DICOM loop shows Doppler, M-mode or colour flow, and no tissue without it.</summary>
    public const string NoTissueRegion = "no_tissue_region";

    /// <summary>Failed: the decoder took too long, also in all retries.</summary>
    public const string DecodeTimeout = "decode_timeout";

    /// <summary>Failed: the decoder crashed, also in all retries.</summary>
    public const string DecoderCrashed = "decoder_crashed";

    /// <summary>Failed: a clip's frames or features were missing from the work bucket, also in all retries.</summary>
    public const string ObjectLost = "object_lost";

    /// <summary>Failed: too many attempts started and did not end.</summary>
    public const string Crashed = "crashed";

    /// <summary>A user cancelled the study.</summary>
    public const string Cancelled = "cancelled";
}
