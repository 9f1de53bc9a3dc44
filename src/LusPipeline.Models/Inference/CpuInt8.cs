using System.Runtime.Intrinsics.X86;

namespace LusPipeline.Models.Inference;

/// <summary>Detects the CPU's support for 8-bit integer products.</summary>
internal static class CpuInt8
{
    /// <summary>
    /// Whether the CPU has VNNI or AMX (CPUID leaf 7, bit numbers as in the vendors' manuals). Other CPUs sum 8-bit products in 16 bits that saturate.
    /// Results then differ, and there is little gain in speed.
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
