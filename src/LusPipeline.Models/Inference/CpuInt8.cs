using System.Runtime.Intrinsics.X86;

namespace LusPipeline.Models.Inference;

/// <summary>What the CPU has for int8.</summary>
internal static class CpuInt8
{
    /// <summary>
    /// Whether it has VNNI or AMX (CPUID leaf 7, as the vendors' manuals number its bits). Elsewhere 8-bit products are summed
    /// in 16 bits that saturate: results differ, and speed gains little.
    /// </summary>
    public static bool IsFast { get; } = Detect();

    private static bool Detect()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            return false;
        var (leaves, _, ecx, edx) = X86Base.CpuId(7, 0);
        var (avx512Vnni, amxInt8) = (Bit(ecx, 11), Bit(edx, 25));
        var avxVnni = leaves >= 1 && Bit(X86Base.CpuId(7, 1).Eax, 4);
        return (Avx512BW.IsSupported && (avx512Vnni || amxInt8)) || (Avx2.IsSupported && avxVnni);
    }

    private static bool Bit(int register, int index) => ((register >> index) & 1) != 0;
}
