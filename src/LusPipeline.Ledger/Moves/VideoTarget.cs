using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Moves;

/// <summary>How a video is to be processed: its clips are cut by this plan and predicted by this variant of this bundle.</summary>
public sealed record VideoTarget(ClipPlan Plan, string BundleId, string Variant);
