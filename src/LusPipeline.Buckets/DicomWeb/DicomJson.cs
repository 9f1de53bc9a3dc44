using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>Reads attributes from the JSON of DICOM (PS3.18, annex F): <c>{"0020000D": {"vr": "UI", "Value": ["1.2.3"]}}</c>.</summary>
internal static partial class DicomJson
{
    public const string ClassUid = "00080016";
    public const string InstanceUid = "00080018";
    public const string StudyUid = "0020000D";
    public const string SeriesUid = "0020000E";
    public const string InstancesOfSeries = "00201209";
    public const string Frames = "00280008";
    public const string FailureReason = "00081197";
    public const string FailedObjects = "00081198";

    private const int LongestUid = 64;

    /// <summary>An attribute's first value as text; null if there is none.</summary>
    public static string? Text(JsonElement dataSet, string tag) => Value(dataSet, tag) is { ValueKind: JsonValueKind.String } value ? Characters(value) : null;

    /// <summary>The first item of a sequence; null if there is none.</summary>
    public static JsonElement? Item(JsonElement dataSet, string tag) => Value(dataSet, tag) is { ValueKind: JsonValueKind.Object } item ? item : null;

    /// <summary>An attribute's first value as a whole number; null if there is none. Archives write numbers as numbers or as text.</summary>
    public static int? Number(JsonElement dataSet, string tag) => Value(dataSet, tag) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        { ValueKind: JsonValueKind.String } value when int.TryParse(Characters(value), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>An attribute's value as a UID that may stand in an address; null if it is none.</summary>
    public static string? Uid(JsonElement dataSet, string tag) => Text(dataSet, tag) is { Length: <= LongestUid } uid && Form().IsMatch(uid) ? uid : null;

    private static JsonElement? Value(JsonElement dataSet, string tag) =>
        Property(dataSet, tag) is { } attribute && Property(attribute, "Value") is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0 ? values[0] : null;

    private static JsonElement? Property(JsonElement parent, string name)
    {
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var property) ? property : null;
        }
        catch (InvalidOperationException)
        {
            // The name of a property has half of a character, escaped: JSON allows it, and no text can hold it.
            return null;
        }
    }

    /// <summary>A text; null for one with half of a character.</summary>
    private static string? Characters(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A[0-9]+(\.[0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
