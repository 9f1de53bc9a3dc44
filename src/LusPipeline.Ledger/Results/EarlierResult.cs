using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>The result of an earlier generation of a video. It is history, and not part of the study's result.</summary>
/// <param name="Result">The mean over the clips that this generation predicted. These may be fewer than all its clips.</param>
/// <param name="Clips">The number of predicted clips.</param>
/// <param name="Model">Name and version of the bundle, and the first twelve digits of its id.</param>
/// <param name="PredictedAt">When the last of these clips was predicted, UTC.</param>
public sealed record EarlierResult(
    Guid VideoId, string Study, string Video, int Generation, Result Result, int Clips, string Model, string Variant, DateTime PredictedAt);
