namespace LusPipeline.Core.Outcomes;

/// <summary>Why a video or clip has no result: a contract with the ledger, the JSON output and dashboards.</summary>
public static class ReasonCode
{
    public const string Empty = "empty";
    public const string NotAVideo = "not_a_video";
    public const string Playlist = "playlist";
    public const string NoVideoStream = "no_video_stream";
    public const string TooFewFrames = "too_few_frames";
    public const string Undecodable = "undecodable";
    public const string Truncated = "truncated";
    public const string TooLargeFrame = "too_large_frame";
    public const string TooManyFrames = "too_many_frames";
    public const string TooLargeFile = "too_large_file";
    public const string ExternalReference = "external_reference";
    public const string OutsideBucket = "outside_bucket";
    public const string Unreadable = "unreadable";
    public const string Vanished = "vanished";
    public const string Dicom = "dicom";
    public const string DecodeTimeout = "decode_timeout";
    public const string DecoderCrashed = "decoder_crashed";
    public const string ObjectLost = "object_lost";
    public const string Crashed = "crashed";
    public const string Cancelled = "cancelled";
}
