using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>A video of one generation, with its result once it is done.</summary>
/// <param name="Status">found, cut, done, rejected, failed or cancelled.</param>
/// <param name="Reason">A reason code, for what has no result.</param>
/// <param name="Detail">What was found, in words.</param>
/// <param name="Result">The mean over the clips.</param>
/// <param name="Clips">Probabilities of the clips in the order of time.</param>
/// <param name="Frames">Decoded frames.</param>
/// <param name="Model">Name, version and the first twelve digits of the bundle's id.</param>
/// <param name="Threshold">The bundle's: a highest probability below it is uncertain.</param>
/// <param name="Seconds">From the start of ingest to the result.</param>
public sealed record VideoResult(
    Guid VideoId, Guid StudyId, string Study, string Video, string Status, string? Reason, string? Detail, IReadOnlyList<string> Warnings,
    Result? Result, IReadOnlyList<ClassProbabilities> Clips, int? Frames, string Model, string Variant, int Generation,
    string TraceId, double? Seconds, DateTime? FinishedAt, double Threshold);
