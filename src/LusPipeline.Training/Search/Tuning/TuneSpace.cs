using System.Text.Json;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>The search spaces of heads: the default one, and those in files.</summary>
public static class TuneSpace
{
    private const long MaxBytes = 1 << 20;

    /// <summary>A space around the default recipe, for a few hundred clips.</summary>
    public static IReadOnlyDictionary<string, Distribution> Default { get; } = new Dictionary<string, Distribution>
    {
        ["head"] = CategoricalDistribution.OfTexts("lstm", "gru", "attention", "mean"),
        ["summary"] = CategoricalDistribution.OfTexts("last", "mean", "max", "attention"),
        ["units"] = new IntDistribution(16, 256, Log: true),
        ["dropout"] = new FloatDistribution(0, 0.8, Step: 0.1),
        ["input_dropout"] = new FloatDistribution(0, 0.6, Step: 0.1),
        ["dense"] = CategoricalDistribution.OfTexts("none", "32", "64", "128", "128,64"),
        ["epochs"] = new IntDistribution(10, 40, Step: 5),
        ["learning_rate"] = new FloatDistribution(1e-4, 1e-2, Log: true),
        ["weight_decay"] = new FloatDistribution(1e-4, 1, Log: true),
        ["standardize"] = new CategoricalDistribution(["true", "false"]),
    };

    /// <summary>
    /// Reads a space: an object whose keys are parameters. Each has <c>choices</c>, or <c>low</c> and <c>high</c> with <c>log</c> or <c>step</c> where wished.
    /// </summary>
    /// <exception cref="SearchException">The file is no such space.</exception>
    public static IReadOnlyDictionary<string, Distribution> Read(string path)
    {
        if (!File.Exists(path))
            throw new SearchException($"--space: there is no file '{path}'.");
        if (new FileInfo(path).Length > MaxBytes)
            throw new SearchException($"--space: '{path}' has more than {MaxBytes} bytes.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SearchException($"--space: '{path}' is no JSON object. Give one like {{\"units\": {{\"low\": 16, \"high\": 256, \"log\": true}}}}.");
            var space = new Dictionary<string, Distribution>(StringComparer.Ordinal);
            foreach (var parameter in document.RootElement.EnumerateObject())
            {
                var name = parameter.Name.Replace('-', '_');
                if (!TuneParameters.Names.Contains(name))
                    throw Wrong(path, parameter.Name, $"no such parameter; known are {string.Join(", ", TuneParameters.Names)}");
                if (!space.TryAdd(name, OfJson(path, name, parameter.Value)))
                    throw Wrong(path, parameter.Name, "it stands there twice");
            }
            return space.Count > 0 ? space : throw new SearchException($"--space: '{path}' names no parameter.");
        }
        catch (JsonException fault)
        {
            throw new SearchException($"--space: '{path}' is no JSON: {fault.Message}", fault);
        }
    }

    private static Distribution OfJson(string path, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(path, name, "give an object with choices, or with low and high");
        if (value.EnumerateObject().Select(one => one.Name).FirstOrDefault(key => key is not ("choices" or "low" or "high" or "log" or "step")) is { } unknown)
            throw Wrong(path, name, $"the key '{unknown}' is not known; known are choices, low, high, log and step");
        if (value.TryGetProperty("choices", out var choices))
            return Choices(path, name, choices, alone: value.EnumerateObject().Count() == 1);
        if (!TuneParameters.IsNumber(name))
            throw Wrong(path, name, "it is no number; give choices");
        if (Number(value, "low") is not { } low || Number(value, "high") is not { } high || low > high)
            throw Wrong(path, name, "give low and high, numbers of which low is not greater");
        var log = value.TryGetProperty("log", out var isLog) && isLog.ValueKind == JsonValueKind.True;
        var step = Number(value, "step");
        if (log && low <= 0)
            throw Wrong(path, name, "with log, low must be above 0");
        if (log && step is not null)
            throw Wrong(path, name, "give log or step, not both");
        if (step is <= 0)
            throw Wrong(path, name, "step must be above 0");
        if (!TuneParameters.IsWhole(name))
            return new FloatDistribution(low, high, log, step);
        return double.IsInteger(low) && double.IsInteger(high) && double.IsInteger(step ?? 1) && Math.Max(Math.Abs(low), Math.Abs(high)) < int.MaxValue
            ? new IntDistribution((long)low, (long)high, log, (long)(step ?? 1))
            : throw Wrong(path, name, "low, high and step must be whole numbers");
    }

    private static CategoricalDistribution Choices(string path, string name, JsonElement choices, bool alone)
    {
        if (!alone || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0
            || choices.EnumerateArray().Any(choice => choice.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null))
        {
            throw Wrong(path, name, "choices is a list of texts, numbers, true or false, with nothing beside it");
        }
        string[] texts = [.. choices.EnumerateArray().Select(choice => choice.GetRawText())];
        return texts.Distinct(StringComparer.Ordinal).Count() == texts.Length ? new(texts) : throw Wrong(path, name, "a choice stands there twice");
    }

    private static double? Number(JsonElement value, string key) =>
        value.TryGetProperty(key, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static SearchException Wrong(string path, string name, string what) => new($"--space: '{path}', {name}: {what}.");
}
