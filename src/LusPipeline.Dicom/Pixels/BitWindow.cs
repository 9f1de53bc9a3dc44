namespace LusPipeline.Dicom.Pixels;

/// <summary>The next bits of a scan. A loop keeps it in registers and gives it back to its <see cref="JpegBits"/> for whatever is rare.</summary>
/// <param name="Bits">They begin at the most significant bit; what is behind them is 0.</param>
/// <param name="Count">How many there are: 0 to 63.</param>
internal readonly record struct BitWindow(ulong Bits, int Count)
{
    public const int Size = 64;

    /// <summary>A window of less than so many bits is to be refilled. Behind that it has less of them only where the scan ends.</summary>
    public const int Low = 32;
}
