namespace LusPipeline.Models.Bundles;

/// <summary>Variants of computation, as written in bundles, feature files and results.</summary>
public static class BundleVariant
{
    /// <summary>On any CPU, and on CUDA.</summary>
    public const string Fp32 = "fp32";

    /// <summary>On CUDA.</summary>
    public const string Fp16 = "fp16";

    /// <summary>On CPUs with VNNI or AMX.</summary>
    public const string Int8 = "int8";

    public static IReadOnlyList<string> All { get; } = [Fp32, Fp16, Int8];
}
