namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// A uint8 representation of float32 values, as in ONNX' QuantizeLinear: value = (q − <paramref name="ZeroPoint"/>) · <paramref name="Scale"/>.
/// </summary>
internal readonly record struct AffineRange(float Scale, byte ZeroPoint)
{
    /// <summary>Smallest scale. A smaller range contains nothing but zero.</summary>
    private const float SmallestScale = 1e-20f;

    public double Lowest => -ZeroPoint * (double)Scale;
    public double Highest => (255 - ZeroPoint) * (double)Scale;

    /// <summary>The range with the finest steps that contains both ends and zero.</summary>
    public static AffineRange Covering(float least, float greatest)
    {
        least = Math.Min(least, 0);
        greatest = Math.Max(greatest, 0);
        var scale = (float)(((double)greatest - least) / 255);
        return scale < SmallestScale ? new(1, 0) : new(scale, (byte)Math.Clamp(Math.Round(-least / (double)scale), 0, 255));
    }
}
