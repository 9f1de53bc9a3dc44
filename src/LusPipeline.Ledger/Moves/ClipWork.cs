namespace LusPipeline.Ledger.Moves;

/// <summary>A started attempt at a clip's features or prediction.</summary>
/// <param name="Retries">Attempts at this generation of it, at either stage, that failed before or found their object gone.</param>
public sealed record ClipWork(DateOnly StudyDay, Guid ClipId, Guid VideoId, int ClipIndex, int Generation, int Retries)
{
    /// <summary>The worker that the row named when it was read. Every move compares it. Null where <c>lus run</c> started the attempt, or nobody has.</summary>
    public Guid? WorkerId { get; init; }
}
