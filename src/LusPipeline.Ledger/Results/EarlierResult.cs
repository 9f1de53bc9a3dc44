using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>What a video's earlier generation gave: history, and no part of its study's result.</summary>
/// <param name="Result">The mean over the clips that it predicted, which may not be all that it had.</param>
/// <param name="Clips">How many those are.</param>
/// <param name="Model">Name, version and the first twelve digits of the bundle's id.</param>
/// <param name="PredictedAt">When the last of them was.</param>
public sealed record EarlierResult(
    Guid VideoId, string Study, string Video, int Generation, Result Result, int Clips, string Model, string Variant, DateTime PredictedAt);
