using LusPipeline.Models.Inference;

namespace LusPipeline.Models.Bundles;

/// <summary>The bundle and variant that a process computes with.</summary>
public sealed record LoadedModel(Bundle Bundle, string Variant)
{
    /// <summary>
    /// Loads a bundle and chooses the variant: the one asked for, else the best that the bundle has: fp16 on CUDA, int8 on a CPU
    /// with VNNI or AMX, fp32 otherwise.
    /// </summary>
    /// <exception cref="BundleException">The bundle cannot be used, or lacks the variant.</exception>
    public static LoadedModel Load(string folder, string? variant, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bundle = Bundle.Load(folder);
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
