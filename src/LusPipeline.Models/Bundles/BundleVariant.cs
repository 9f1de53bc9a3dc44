namespace LusPipeline.Models.Bundles;

/// <summary>Names of the variants, which differ in numeric precision. Bundles, feature files and results use them.</summary>
public static class BundleVariant
{
    /// <summary>float32, on any CPU and on CUDA.</summary>
    public const string Fp32 = "fp32";

    /// <summary>float16, on CUDA.</summary>
    public const string Fp16 = "fp16";

    /// <summary>8-bit integers, on CPUs with VNNI or AMX.</summary>
    public const string Int8 = "int8";

    public static IReadOnlyList<string> All { get; } = [Fp32, Fp16, Int8];
}
