using System.Globalization;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Reports;

/// <summary>Figures as text, for people. What has no value is a dash.</summary>
public static class FigureText
{
    private const string None = "–";

    public static string Number(double value) => double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : None;

    /// <summary>A threshold of probability: with as many digits as it takes to tell it from 0 and 1.</summary>
    public static string Threshold(double value) =>
        value.ToString(value < 0.001 ? "0.0e-0" : value > 0.999 ? "0.######" : "0.000", CultureInfo.InvariantCulture);

    public static string Range(Interval interval) => double.IsFinite(interval.Low) ? $"{Number(interval.Low)} to {Number(interval.High)}" : None;

    public static string MeanAndDeviation(Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        return $"{Number(figure.Mean)} ± {Number(figure.Deviation)}";
    }
}
