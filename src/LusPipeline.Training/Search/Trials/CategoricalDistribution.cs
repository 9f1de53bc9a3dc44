using System.Text.Json;

namespace LusPipeline.Training.Search.Trials;

/// <summary>Choices without an order.</summary>
public sealed record CategoricalDistribution : Distribution
{
    private readonly string[] _choices;

    /// <param name="choices">The choices as JSON: text in quotes, numbers, true, false or null.</param>
    public CategoricalDistribution(IReadOnlyList<string> choices) => _choices = [.. choices];

    /// <summary>The choices as JSON.</summary>
    public IReadOnlyList<string> Choices => _choices;

    public override bool IsSingle => _choices.Length == 1;

    /// <param name="texts">The choices as plain text.</param>
    public static CategoricalDistribution OfTexts(params IReadOnlyList<string> texts) => new([.. texts.Select(text => $"\"{JsonEncodedText.Encode(text)}\"")]);

    public override bool Contains(double value) => value >= 0 && value < _choices.Length;

    public override bool IsCompatible(Distribution other) => Equals(other);

    public override string Text(double value)
    {
        using var choice = JsonDocument.Parse(_choices[(int)value]);
        return choice.RootElement.ValueKind == JsonValueKind.String ? choice.RootElement.GetString()! : _choices[(int)value];
    }

    public override string ValueJson(double value) => _choices[(int)value];

    public override double? Find(JsonElement value)
    {
        for (var index = 0; index < _choices.Length; index++)
        {
            using var choice = JsonDocument.Parse(_choices[index]);
            if (JsonElement.DeepEquals(choice.RootElement, value))
                return index;
        }
        return null;
    }

    public override string ToJson() => $"{{\"name\": \"CategoricalDistribution\", \"attributes\": {{\"choices\": [{string.Join(", ", _choices)}]}}}}";

    public bool Equals(CategoricalDistribution? other) => other is not null && _choices.SequenceEqual(other._choices, StringComparer.Ordinal);

    public override int GetHashCode() => _choices.Aggregate(0, (hash, choice) => HashCode.Combine(hash, string.GetHashCode(choice, StringComparison.Ordinal)));
}
