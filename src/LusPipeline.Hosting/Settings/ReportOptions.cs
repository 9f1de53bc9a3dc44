namespace LusPipeline.Hosting.Settings;

/// <summary>What becomes of results beside the ledger, the bucket and the events.</summary>
public sealed record ReportOptions
{
    public const string Section = "Results";

    /// <summary>
    /// Whether workers store a DICOM report of each completed study in the archive of the section <c>Archive</c>, before they announce it. The worker that
    /// sweeps does it, so it needs the archive's credentials, and the right to read the originals.
    /// </summary>
    public bool Store { get; init; }
}
