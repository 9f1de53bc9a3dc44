namespace LusPipeline.Storage.Ledger.Model;

/// <summary>One examination.</summary>
public sealed class StudyRow
{
    public Guid StudyId { get; set; }

    /// <summary>UTC date on which the study was first seen; never changes, so large tables can be partitioned by it.</summary>
    public DateOnly StudyDay { get; set; }

    public required string Bucket { get; set; }
    public required string Name { get; set; }

    /// <summary>open, done, failed or cancelled.</summary>
    public required string Status { get; set; }

    /// <summary>Times the study was completed; a late video raises it.</summary>
    public int Revision { get; set; }

    /// <summary>From when on the study may be completed; null while its listing is unfinished.</summary>
    public DateTime? CompletableAt { get; set; }

    public DateTime FirstSeenAt { get; set; }
    public DateTime? CompletedAt { get; set; }

    /// <summary>W3C trace context of the study's first trace.</summary>
    public required string TraceParent { get; set; }

    public bool Urgent { get; set; }

    public List<VideoRow> Videos { get; } = [];
}
