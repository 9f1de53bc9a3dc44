using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>How a stored value becomes a grey level: rescale, then the first window (PS3.3, sections C.11.1 and C.11.2).</summary>
/// <param name="Centre">The window's centre; null if the object has no window. All values that can be stored then span the grey levels.</param>
/// <param name="Width">The window's width, above 0.</param>
public sealed record GreyWindow(double? Centre, double Width, double Slope, double Intercept, GreyFunction Function)
{
    internal static GreyWindow From(AttributeValues values)
    {
        var (centre, width) = (values.Number(DicomTag.WindowCenter), values.Number(DicomTag.WindowWidth));
        var function = values.Text(DicomTag.VoiLutFunction) switch
        {
            "SIGMOID" => GreyFunction.Sigmoid,
            "LINEAR_EXACT" => GreyFunction.LinearExact,
            _ => GreyFunction.Linear,
        };
        var usable = centre is not null && width >= (function == GreyFunction.Linear ? 1 : double.Epsilon);
        return new(
            usable ? centre : null, usable ? width!.Value : 1,
            values.Number(DicomTag.RescaleSlope) is { } slope and not 0 ? slope : 1, values.Number(DicomTag.RescaleIntercept) ?? 0, function);
    }

    /// <summary>The grey level of a stored value.</summary>
    /// <param name="stored">The value.</param>
    /// <param name="least">The least value that can be stored.</param>
    /// <param name="most">The greatest value that can be stored.</param>
    public byte Grey(int stored, int least, int most)
    {
        if (Centre is not { } centre)
            return (byte)Math.Round((double)(stored - least) * 255 / (most - least), MidpointRounding.AwayFromZero);
        var value = (stored * Slope) + Intercept;
        var level = Function switch
        {
            GreyFunction.Sigmoid => 255 / (1 + Math.Exp(-4 * (value - centre) / Width)),
            GreyFunction.LinearExact => (((value - centre) / Width) + 0.5) * 255,
            _ => value <= centre - 0.5 - ((Width - 1) / 2) ? 0
                : value > centre - 0.5 + ((Width - 1) / 2) ? 255
                : (((value - (centre - 0.5)) / (Width - 1)) + 0.5) * 255,
        };
        return (byte)Math.Round(Math.Clamp(level, 0, 255), MidpointRounding.AwayFromZero);
    }
}

/// <summary>The functions of a window (PS3.3, section C.11.2.1.3).</summary>
public enum GreyFunction
{
    Linear,
    LinearExact,
    Sigmoid,
}
