using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>The schema of the Helm chart's values knows every setting and lets no other key through.</summary>
public sealed class ChartSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string File = Path.Combine(HelmValues.Chart, "values.schema.json");

    [Fact]
    public void The_settings_are_those_of_the_sources()
    {
        var schema = Schema();
        var settings = ChartSettings.Schema();
        if (Environment.GetEnvironmentVariable("LUS_RENEW") == "1")
        {
            schema["definitions"]!["settings"] = settings;
            System.IO.File.WriteAllText(File, schema.ToJsonString(Indented) + "\n");
            return;
        }

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(settings.ToJsonString()), schema["definitions"]!["settings"]),
            $"helm/lus-pipeline/values.schema.json is behind. Renew it: LUS_RENEW=1 dotnet exec {typeof(ChartSchemaTests).Assembly.GetName().Name}.dll -class {typeof(ChartSchemaTests).FullName}");
    }

    [Fact]
    public void Every_object_refuses_keys_that_it_does_not_know_but_for_maps_of_texts_and_what_Kubernetes_checks()
    {
        var open = Objects(Schema(), "").Where(found => found.Object["type"]?.ToString() == "object")
            .Where(found => found.Object["additionalProperties"] switch
            {
                JsonValue refused => refused.GetValueKind() != JsonValueKind.False,
                JsonObject typed => typed.Count == 0,
                _ => !found.Object.ContainsKey("$comment"),
            })
            .Select(found => found.Path).ToList();

        Assert.Empty(open);
    }

    [Fact]
    public void What_the_schema_refuses_are_settings()
    {
        Assert.Subset(SettingsPage.Keys.ToHashSet(StringComparer.Ordinal), ChartSettings.Refused.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_value_of_the_chart_stands_in_the_schema()
    {
        var schema = Schema();

        Assert.All(HelmValues.Read(), value => Assert.True(Known(schema, value.Key.Split('.')), $"{value.Key} has no place in values.schema.json."));
    }

    private static bool Known(JsonObject schema, IEnumerable<string> key)
    {
        var root = schema;
        JsonNode? at = schema;
        foreach (var part in key)
        {
            at = Resolved(root, at!)["properties"]?[part];
            if (at is null)
                return false;
        }
        return true;
    }

    private static JsonNode Resolved(JsonObject root, JsonNode at)
    {
        if (at["allOf"] is JsonArray all)
            return Resolved(root, all[0]!);
        return at["$ref"] is { } reference ? root["definitions"]![reference.ToString().Split('/')[^1]]! : at;
    }

    private static IEnumerable<(string Path, JsonObject Object)> Objects(JsonNode? node, string path) => node switch
    {
        JsonObject all => all.SelectMany(pair => Objects(pair.Value, $"{path}/{pair.Key}")).Prepend((path, all)),
        JsonArray list => list.SelectMany((entry, index) => Objects(entry, $"{path}/{index}")),
        _ => [],
    };

    private static JsonObject Schema() => JsonNode.Parse(System.IO.File.ReadAllText(File))!.AsObject();
}
