using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Moves;

/// <summary>A started attempt at ingest: what a handler needs to know of its video.</summary>
public sealed record VideoWork(
    Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string ObjectKey, string Content, string Tag, long Size,
    ClipPlan Plan, string BundleId, string Variant, string TraceParent, int Retries)
{
    /// <summary>The worker that the row named when it was read. Every move compares it. Null where <c>lus run</c> started the attempt, or nobody has.</summary>
    public Guid? WorkerId { get; init; }

    /// <summary>The clips that attempts before this one have cut; null where none of them is without an end.</summary>
    public IReadOnlySet<Guid>? CutBefore { get; init; }

    /// <summary>Its clips are taken before routine ones.</summary>
    public bool Urgent { get; init; }
}
