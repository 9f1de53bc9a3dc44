using System.Text.Json;

namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>Reads a layer's <c>config</c> with checks. A missing or invalid setting is an error that names the layer.</summary>
internal sealed class LayerSettings(JsonElement config, string place)
{
    /// <summary>Largest size that is accepted. Kernels, strides, windows and numbers of units in use are far smaller.</summary>
    private const int MaxSize = 1_000_000;

    public bool Has(string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Element(string name) => Has(name) ? config.GetProperty(name) : throw Fault($"its '{name}' is missing");

    /// <summary>The settings in a nested object.</summary>
    public LayerSettings Inside(string name) => new(Element(name), place);

    /// <summary>An integer of at least 1.</summary>
    public int Size(string name) => SizeOf(name, Element(name));

    public int Size(string name, int otherwise) => Has(name) ? Size(name) : otherwise;

    /// <summary>A height and width, written as a list or as one number for both. Each is at least 1.</summary>
    public (int Height, int Width) Sizes(string name, int otherwise)
    {
        if (!Has(name))
            return (otherwise, otherwise);
        var value = Element(name);
        if (value.ValueKind != JsonValueKind.Array)
            return (SizeOf(name, value), SizeOf(name, value));
        return value.GetArrayLength() switch
        {
            1 => (SizeOf(name, value[0]), SizeOf(name, value[0])),
            2 => (SizeOf(name, value[0]), SizeOf(name, value[1])),
            _ => throw Fault($"its '{name}' is {Shown(value)}; one or two numbers are expected"),
        };
    }

    /// <summary>A single number, or a list of one number; at least 1. For layers along time.</summary>
    public int OnlySize(string name, int otherwise)
    {
        if (!Has(name))
            return otherwise;
        var value = Element(name);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1)
            value = value[0];
        return SizeOf(name, value);
    }

    public int Integer(string name) =>
        Element(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number)
            ? number
            : throw Fault($"its '{name}' is {Shown(Element(name))}; a whole number is expected");

    public int Integer(string name, int otherwise) => Has(name) ? Integer(name) : otherwise;

    /// <summary>The integers of a list. A single number counts as a list of one.</summary>
    public int[] Integers(string name)
    {
        var value = Element(name);
        if (value.ValueKind == JsonValueKind.Number)
            return [Integer(name)];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fault($"its '{name}' is {Shown(value)}; a list of whole numbers is expected");
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number)
            ? number
            : throw Fault($"its '{name}' is {Shown(value)}; a list of whole numbers is expected"))];
    }

    public float Number(string name, float otherwise)
    {
        if (!Has(name))
            return otherwise;
        var value = Element(name);
        return NumberOf(value) ?? throw Fault($"its '{name}' is {Shown(value)}; a number is expected");
    }

    /// <summary>The numbers of lists of any depth, in order. A single number counts as a list of one.</summary>
    public float[] Numbers(string name)
    {
        var numbers = new List<float>();
        Collect(Element(name));
        return [.. numbers];

        void Collect(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item);
                }
                return;
            }
            numbers.Add(NumberOf(value) ?? throw Fault($"its '{name}' holds {Shown(value)}; numbers are expected"));
        }
    }

    public bool Flag(string name, bool otherwise)
    {
        if (!Has(name))
            return otherwise;
        var value = Element(name);
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault($"its '{name}' is {Shown(value)}; true or false is expected"),
        };
    }

    public string Text(string name, string otherwise)
    {
        if (!Has(name))
            return otherwise;
        var value = Element(name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault($"its '{name}' is {Shown(value)}; a text is expected");
    }

    public ImportProblemException Fault(string what) => new($"{place}: {what}.");

    private int SizeOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size is >= 1 and <= MaxSize
            ? size
            : throw Fault($"its '{name}' is {Shown(value)}; a whole number from 1 is expected");

    private static float? NumberOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number) ? number : null;

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
