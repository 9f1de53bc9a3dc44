using System.Globalization;
using System.Text.Json;

namespace LusPipeline.Training.Search.Trials;

/// <summary>A range of numbers.</summary>
public abstract record NumberDistribution : Distribution
{
    /// <summary>The least value.</summary>
    public abstract double Least { get; }

    /// <summary>The greatest value; it is in the range, too.</summary>
    public abstract double Greatest { get; }

    /// <summary>Whether the logarithm of the value is even over the range.</summary>
    public abstract bool IsLog { get; }

    /// <summary>The distance of neighbours; null if every number of the range is a value.</summary>
    public abstract double? Distance { get; }

    public override bool IsSingle => Distance is { } step ? Greatest - Least < step : Greatest <= Least;

    public override bool Contains(double value) => value >= Least && value <= Greatest;

    public override bool IsCompatible(Distribution other) => other is NumberDistribution number && number.GetType() == GetType() && number.IsLog == IsLog;

    public override double? Find(JsonElement value) => value.ValueKind == JsonValueKind.Number && Contains(value.GetDouble()) ? value.GetDouble() : null;

    /// <summary>The nearest value of the range.</summary>
    public double Nearest(double value) => Math.Clamp(Distance is { } step ? Stepped(Least, step, Math.Round((value - Least) / step)) : value, Least, Greatest);

    /// <summary>A value by its number of steps, with the digits that people write: 0.6 and not 0.6000000000000001.</summary>
    protected static double Stepped(double least, double step, double steps) =>
        Math.Max(Math.Abs(least), Math.Abs(steps * step)) < 1e15 ? (double)((decimal)least + ((decimal)step * (decimal)steps)) : least + (step * steps);
}

/// <summary>A range of float64.</summary>
/// <param name="Low">The least value.</param>
/// <param name="High">The greatest value; with a step, the greatest that the steps reach.</param>
/// <param name="Log">Whether the logarithm is even over the range.</param>
/// <param name="Step">The distance of neighbours; null for none. Not together with <paramref name="Log"/>.</param>
public sealed record FloatDistribution(double Low, double High, bool Log = false, double? Step = null) : NumberDistribution
{
    public override double Least => Low;

    public override double Greatest { get; } = Step is { } step ? Stepped(Low, step, Math.Floor(((High - Low) / step) + 1e-9)) : High;

    public override bool IsLog => Log;

    public override double? Distance => Step;

    public override string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    public override string ValueJson(double value) => Float(value);

    public override string ToJson() =>
        $"{{\"name\": \"FloatDistribution\", \"attributes\": {{\"step\": {(Step is { } step ? Float(step) : "null")}, \"low\": {Float(Low)}, \"high\": {Float(Greatest)}, \"log\": {Bool(Log)}}}}}";
}

/// <summary>A range of whole numbers.</summary>
/// <param name="Low">The least value.</param>
/// <param name="High">The greatest value; the greatest that the steps reach counts.</param>
/// <param name="Log">Whether the logarithm is even over the range.</param>
/// <param name="Step">The distance of neighbours, at least 1; 1 with <paramref name="Log"/>.</param>
public sealed record IntDistribution(long Low, long High, bool Log = false, long Step = 1) : NumberDistribution
{
    public override double Least => Low;

    public override double Greatest { get; } = Low + ((High - Low) / Step * Step);

    public override bool IsLog => Log;

    public override double? Distance => Step;

    public override string Text(double value) => ((long)Math.Round(value)).ToString(CultureInfo.InvariantCulture);

    public override string ValueJson(double value) => Text(value);

    public override string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"name\": \"IntDistribution\", \"attributes\": {{\"log\": {Bool(Log)}, \"step\": {Step}, \"low\": {Low}, \"high\": {(long)Greatest}}}}}");
}
