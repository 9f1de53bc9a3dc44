using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Output;

/// <summary>Settings as one JSON array of objects with key, value, source, and the name of the file or variable.</summary>
internal static partial class SettingsJson
{
    private static readonly SettingsJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(IEnumerable<Setting> settings) => JsonSerializer.Serialize(
        settings.Select(setting => new Entry(setting.Key, setting.Value, setting.Origin.Kind, setting.Origin.Name)).ToArray(), Context.EntryArray);

    internal sealed record Entry(string Key, string? Value, string Source, string? Name);

    [JsonSerializable(typeof(Entry[]))]
    private sealed partial class SettingsJsonContext : JsonSerializerContext;
}
