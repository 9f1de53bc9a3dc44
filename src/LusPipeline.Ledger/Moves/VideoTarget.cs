using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Moves;

/// <summary>What a video is to be turned into: clips of this plan, predicted by this variant of this bundle.</summary>
public sealed record VideoTarget(ClipPlan Plan, string BundleId, string Variant);
