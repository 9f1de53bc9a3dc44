using System.Text.Json;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>An OpenAPI 3.1 document, and the strict check of answers against it: every value has its type, and there is nothing that it does not name.</summary>
internal sealed class OpenApiDocument(JsonElement root)
{
    public IEnumerable<string> Paths => root.GetProperty("paths").EnumerateObject().Select(path => path.Name);

    public IEnumerable<string> ParametersOf(string path) =>
        root.GetProperty("paths").GetProperty(path).GetProperty("get").GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!);

    /// <summary>The schema of an answer; undefined for a type that has none.</summary>
    public JsonElement SchemaOf(string path, int status, string type)
    {
        var answers = root.GetProperty("paths").GetProperty(path).GetProperty("get").GetProperty("responses");
        Assert.True(answers.TryGetProperty($"{status}", out var answer), $"{path} has no answer {status}.");
        Assert.True(answer.GetProperty("content").TryGetProperty(type, out var content), $"{path} has no answer {status} of {type}.");
        return content.TryGetProperty("schema", out var schema) ? schema : default;
    }

    public void Check(JsonElement schema, JsonElement value, string where)
    {
        Assert.True(schema.ValueKind == JsonValueKind.Object, $"{where}: no schema");
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = Resolve(reference.GetString()!);
        }
        else if (schema.TryGetProperty("oneOf", out var choices))
        {
            var isNull = value.ValueKind == JsonValueKind.Null;
            schema = Assert.Single(choices.EnumerateArray(), choice => IsNull(choice) == isNull);
            Check(schema, value, where);
            return;
        }
        var types = TypesOf(schema);
        Assert.True(types.Contains(TypeOf(value)) || (TypeOf(value) == "integer" && types.Contains("number")), $"{where}: {TypeOf(value)} is none of {string.Join(", ", types)}.");
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
                Check(schema.GetProperty("items"), item, $"{where}[{index}]");
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(schema, value, where);
        }
    }

    private void CheckObject(JsonElement schema, JsonElement value, string where)
    {
        var named = schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value) : [];
        if (schema.TryGetProperty("required", out var required))
            Assert.All(required.EnumerateArray(), name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{where}.{name} is missing."));
        foreach (var property in value.EnumerateObject())
        {
            if (named.TryGetValue(property.Name, out var own))
                Check(own, property.Value, $"{where}.{property.Name}");
            else if (schema.TryGetProperty("additionalProperties", out var further))
                Check(further, property.Value, $"{where}.{property.Name}");
            else
                Assert.Fail($"{where}.{property.Name} is not in the document.");
        }
    }

    private JsonElement Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate(root, (element, part) => element.GetProperty(part.Replace("~1", "/", StringComparison.Ordinal)));

    private static bool IsNull(JsonElement schema) => schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "null";

    private static List<string> TypesOf(JsonElement schema) => schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several
        ? [.. several.EnumerateArray().Select(type => type.GetString()!)]
        : [schema.GetProperty("type").GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        _ => "object",
    };
}
