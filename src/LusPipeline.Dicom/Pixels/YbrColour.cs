namespace LusPipeline.Dicom.Pixels;

/// <summary>The inverse of <c>YBR_FULL</c> (PS3.3, section C.7.6.3.1.2): luminance and two colour differences of full range.</summary>
internal static class YbrColour
{
    private const int Fraction = 16;
    private const int Half = 1 << (Fraction - 1);

    /// <param name="rgb">Receives red, green and blue.</param>
    public static void ToRgb(byte y, byte cb, byte cr, Span<byte> rgb)
    {
        // 1.402, 0.344136, 0.714136 and 1.772, times 2 to the 16th.
        var (blue, red) = (cb - 128, cr - 128);
        rgb[0] = Level((y << Fraction) + (91_881 * red) + Half);
        rgb[1] = Level((y << Fraction) - (22_553 * blue) - (46_802 * red) + Half);
        rgb[2] = Level((y << Fraction) + (116_130 * blue) + Half);
    }

    private static byte Level(int scaled) => (byte)Math.Clamp(scaled >> Fraction, 0, 255);
}
