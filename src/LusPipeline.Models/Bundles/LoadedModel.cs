using LusPipeline.Models.Inference;

namespace LusPipeline.Models.Bundles;

/// <summary>The bundle and variant that a process computes with.</summary>
public sealed record LoadedModel(Bundle Bundle, string Variant)
{
    /// <summary>sha256 of the backbone's file: part of the features' key.</summary>
    public string BackboneSha256 => Bundle.Backbone(Variant).Sha256;

    /// <summary>Loads a bundle and chooses the variant: the one asked for, else the provider's best that the bundle has.</summary>
    /// <exception cref="BundleException">The bundle cannot be used, or lacks the variant.</exception>
    public static LoadedModel Load(string folder, string? variant, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bundle = Bundle.Load(folder);
        variant ??= options.Provider == ExecutionProvider.Cuda && bundle.Variants.Contains(BundleVariant.Fp16)
            ? BundleVariant.Fp16
            : BundleVariant.Fp32;
        bundle.Backbone(variant);
        return new(bundle, variant);
    }

    /// <exception cref="Core.Outcomes.BrokenEngineException">A message is meant for another bundle or variant.</exception>
    public void Require(string bundleId, string variant)
    {
        if (bundleId != Bundle.Id || variant != Variant)
            throw new Core.Outcomes.BrokenEngineException(
                $"Work is meant for bundle {bundleId} ({variant}), but this process has {Bundle.Id} ({Variant}). Start it with that bundle.");
    }
}
