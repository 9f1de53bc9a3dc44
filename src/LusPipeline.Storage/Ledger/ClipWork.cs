namespace LusPipeline.Storage.Ledger;

/// <summary>A started attempt at a clip's features or prediction.</summary>
/// <param name="Retries">Attempts at this stage that failed before.</param>
public sealed record ClipWork(DateOnly StudyDay, Guid ClipId, Guid VideoId, int ClipIndex, int Generation, int Retries);
