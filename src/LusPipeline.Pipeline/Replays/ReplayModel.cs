namespace LusPipeline.Pipeline.Replays;

/// <summary>The bundle that videos are to be done again with.</summary>
/// <param name="Frames">T, the frames of a clip.</param>
/// <param name="Backbones">sha256 of the backbone's file by variant, the preferred one first.</param>
/// <param name="Variant">Null for each video's own, where the bundle has it, else for the first.</param>
public sealed record ReplayModel(string BundleId, int Frames, IReadOnlyList<(string Variant, string Sha256)> Backbones, string? Variant)
{
    internal string VariantFor(string current) =>
        Variant ?? (Backbones.Any(backbone => backbone.Variant == current) ? current : Backbones[0].Variant);

    internal string Sha256Of(string variant) => Backbones.Single(backbone => backbone.Variant == variant).Sha256;
}
