namespace LusPipeline.Core.Outcomes;

/// <summary>Where a video, clip or study stands, as written in the ledger.</summary>
public static class WorkStatus
{
    /// <summary>A video seen, or a clip whose object is gone: waits for ingest.</summary>
    public const string Found = "found";

    /// <summary>A video whose clips are cut, or a clip whose frames are an object: waits for features.</summary>
    public const string Cut = "cut";

    /// <summary>A clip whose features are an object: waits for sequence.</summary>
    public const string Extracted = "extracted";

    /// <summary>A study whose videos are not all final.</summary>
    public const string Open = "open";

    public const string Done = "done";
    public const string Rejected = "rejected";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static bool IsFinal(string status) => status is Done or Rejected or Failed or Cancelled;
}
