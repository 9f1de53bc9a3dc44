using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>The bundle and the variant that a process computes with.</summary>
public sealed record LoadedModel(Bundle Bundle, string Variant)
{
    /// <summary>
    /// Loads a bundle and chooses the variant. If none is requested, it is the best one that the bundle has: fp16 on CUDA, int8 on a CPU with VNNI or AMX,
    /// otherwise fp32.
    /// </summary>
    /// <param name="keys">The keys one of which has to have signed the bundle; null for none.</param>
    /// <exception cref="BundleException">The bundle cannot be used, is not signed, or does not have the variant.</exception>
    public static LoadedModel Load(string folder, string? variant, InferenceOptions options, TrustedKeys? keys = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bundle = Bundle.Load(folder, keys);
        variant ??= BestVariant(bundle, options.Provider, CpuInt8.IsFast);
        bundle.Backbone(variant);
        return new(bundle, variant);
    }

    internal static string BestVariant(Bundle bundle, ExecutionProvider provider, bool fastInt8)
    {
        var best = provider switch
        {
            ExecutionProvider.Cuda => BundleVariant.Fp16,
            ExecutionProvider.Cpu when fastInt8 => BundleVariant.Int8,
            _ => BundleVariant.Fp32,
        };
        return bundle.Variants.Contains(best) ? best : BundleVariant.Fp32;
    }
}
