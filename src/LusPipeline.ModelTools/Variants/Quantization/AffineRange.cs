namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>How uint8 stands for float32, ONNX' QuantizeLinear: value = (q − <paramref name="ZeroPoint"/>) · <paramref name="Scale"/>.</summary>
internal readonly record struct AffineRange(float Scale, byte ZeroPoint)
{
    /// <summary>Smaller ranges hold nothing but zero.</summary>
    private const float SmallestScale = 1e-20f;

    public double Lowest => -ZeroPoint * (double)Scale;
    public double Highest => (255 - ZeroPoint) * (double)Scale;

    /// <summary>The finest steps that span both ends and zero.</summary>
    public static AffineRange Of(float least, float greatest)
    {
        least = Math.Min(least, 0);
        greatest = Math.Max(greatest, 0);
        var scale = (float)(((double)greatest - least) / 255);
        return scale < SmallestScale ? new(1, 0) : new(scale, (byte)Math.Clamp(Math.Round(-least / (double)scale), 0, 255));
    }
}
