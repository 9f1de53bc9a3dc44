using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Moves;

/// <summary>A started attempt at ingest, with what its handler needs to know of the video.</summary>
public sealed record VideoWork(
    Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string ObjectKey, string Content, string Tag, long Size,
    ClipPlan Plan, string BundleId, string Variant, string TraceParent, int Retries)
{
    /// <summary>
    /// The id of the worker that owned the row when it was read. Every move compares it. Null if <c>lus run</c> started the attempt, or if
    /// nobody has started it.
    /// </summary>
    public Guid? WorkerId { get; init; }

    /// <summary>The epoch of the generation when the attempt started. Every move compares it.</summary>
    public long Epoch { get; init; }

    /// <summary>Attempts at ingest that started and did not end. A running attempt is included.</summary>
    public int Starts { get; init; }

    /// <summary>The clips that earlier attempts without an end have cut. Null if there is no such attempt.</summary>
    public IReadOnlySet<Guid>? CutBefore { get; init; }

    /// <summary>Whether the study is urgent. Urgent studies are processed before routine ones.</summary>
    public bool Urgent { get; init; }
}
