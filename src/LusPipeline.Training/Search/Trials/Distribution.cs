using System.Globalization;
using System.Text.Json;

namespace LusPipeline.Training.Search.Trials;

/// <summary>
/// The values that a parameter may take. A value is kept as a float64, as Optuna keeps it: the number itself, or the index of a choice.
/// </summary>
public abstract record Distribution
{
    /// <summary>Whether there is one value only.</summary>
    public abstract bool IsSingle { get; }

    /// <summary>Whether a value is in the range, or the index of a choice.</summary>
    public abstract bool Contains(double value);

    /// <summary>A value as people write it, and as an option of a command takes it.</summary>
    public abstract string Text(double value);

    /// <summary>Optuna's JSON, as its column <c>distribution_json</c> has it.</summary>
    public abstract string ToJson();

    /// <summary>The value as Optuna's JSON of parameters writes it.</summary>
    public abstract string ValueJson(double value);

    /// <summary>Reads a value of Optuna's JSON of parameters.</summary>
    /// <returns>Null if it is none of the values.</returns>
    public abstract double? Find(JsonElement value);

    /// <summary>Whether values of both can be compared within one search: numbers whose ranges may differ, or the same choices.</summary>
    public abstract bool IsCompatible(Distribution other);

    /// <param name="json">Optuna's JSON.</param>
    /// <exception cref="SearchException">It is none of Optuna's three distributions.</exception>
    public static Distribution Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var name = document.RootElement.GetProperty("name").GetString();
            var attributes = document.RootElement.GetProperty("attributes");
            return name switch
            {
                "FloatDistribution" => new FloatDistribution(
                    attributes.GetProperty("low").GetDouble(), attributes.GetProperty("high").GetDouble(), attributes.GetProperty("log").GetBoolean(), Step(attributes)),
                "IntDistribution" => new IntDistribution(
                    attributes.GetProperty("low").GetInt64(), attributes.GetProperty("high").GetInt64(), attributes.GetProperty("log").GetBoolean(),
                    attributes.GetProperty("step").GetInt64()),
                "CategoricalDistribution" => new CategoricalDistribution([.. attributes.GetProperty("choices").EnumerateArray().Select(choice => choice.GetRawText())]),
                _ => throw new SearchException($"The storage has a parameter with the distribution '{name}'. Known are FloatDistribution, IntDistribution and CategoricalDistribution."),
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SearchException($"The storage has a distribution that cannot be read: {fault.Message}", fault);
        }
    }

    private static double? Step(JsonElement attributes) => attributes.TryGetProperty("step", out var step) && step.ValueKind != JsonValueKind.Null ? step.GetDouble() : null;

    /// <summary>A float64 as Python writes it: the shortest text that reads as the same number, and always recognisable as no integer.</summary>
    protected static string Float(double value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny('.', 'e') >= 0 ? text : text + ".0";
    }

    protected static string Bool(bool value) => value ? "true" : "false";
}
