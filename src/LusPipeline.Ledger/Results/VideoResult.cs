using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>A video of one generation, with its result once it is done.</summary>
/// <param name="Status">found, cut, done, rejected, failed or cancelled.</param>
/// <param name="Reason">One of the reason codes, if the video has no result.</param>
/// <param name="Detail">What was found, in words.</param>
/// <param name="Result">The mean over the clips; null until the video is done.</param>
/// <param name="Clips">Probabilities of the clips, in the order of time.</param>
/// <param name="Frames">The number of decoded frames.</param>
/// <param name="Model">Name and version of the bundle, and the first twelve digits of its id.</param>
/// <param name="Threshold">The bundle's threshold in 0…1. A result is uncertain if its highest probability is below it.</param>
/// <param name="Content">The content's id: sha256 in lower-case hex (folder), or ETag and version (S3).</param>
/// <param name="Seconds">Seconds from the start of ingest to the result.</param>
public sealed record VideoResult(
    Guid VideoId, Guid StudyId, string Study, string Video, string Status, string? Reason, string? Detail, IReadOnlyList<string> Warnings,
    Result? Result, IReadOnlyList<ClassProbabilities> Clips, int? Frames, string Model, string Variant, int Generation,
    string TraceId, double? Seconds, DateTime? FinishedAt, double Threshold, string Content);
