namespace LusPipeline.Core.Outcomes;

/// <summary>The status of a video, clip or study, as the ledger stores it.</summary>
public static class WorkStatus
{
    /// <summary>A video that was found, or a clip whose object is missing. It waits for ingest.</summary>
    public const string Found = "found";

    /// <summary>A video whose clips are cut, or a clip whose frames are stored. The clip waits for features.</summary>
    public const string Cut = "cut";

    /// <summary>A clip whose features are stored. It waits for sequence.</summary>
    public const string Extracted = "extracted";

    /// <summary>A study whose videos are not all final.</summary>
    public const string Open = "open";

    public const string Done = "done";
    public const string Rejected = "rejected";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static bool IsFinal(string status) => status is Done or Rejected or Failed or Cancelled;
}
