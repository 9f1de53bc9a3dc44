namespace LusPipeline.Pipeline.Replays;

/// <summary>The bundle to replay with.</summary>
/// <param name="Frames">T, the number of frames of a clip.</param>
/// <param name="Backbones">sha256 of the backbone's file by variant, the preferred one first.</param>
/// <param name="Variant">
/// The variant to use. Null: the variant of each video if the bundle has it, otherwise the first of <paramref name="Backbones"/>.
/// </param>
public sealed record ReplayModel(string BundleId, int Frames, IReadOnlyList<(string Variant, string Sha256)> Backbones, string? Variant)
{
    internal string VariantFor(string current) =>
        Variant ?? (Backbones.Any(backbone => backbone.Variant == current) ? current : Backbones[0].Variant);

    internal string Sha256Of(string variant) => Backbones.Single(backbone => backbone.Variant == variant).Sha256;
}
