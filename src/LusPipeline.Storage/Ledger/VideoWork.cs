using LusPipeline.Core.Clips;

namespace LusPipeline.Storage.Ledger;

/// <summary>A started attempt at ingest: what a handler needs to know of its video.</summary>
public sealed record VideoWork(
    Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string ObjectKey, string Content, string Tag, long Size,
    ClipPlan Plan, string BundleId, string Variant, string TraceParent, int Retries)
{
    /// <summary>Its clips are taken before routine ones.</summary>
    public bool Urgent { get; init; }
}
