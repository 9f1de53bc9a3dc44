using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>The part of the Helm chart's schema that holds the settings of workers, made from the settings' records.</summary>
internal static class ChartSettings
{
    /// <summary>What the chart refuses in its values: secrets, which come by reference, and what it sets itself.</summary>
    public static IReadOnlySet<string> Refused { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "Archive:CaFile", "Archive:ClientCertificateFile", "Archive:ClientKeyFile", "Archive:Password", "Archive:Token", "Archive:Url", "Archive:User",
        "Bucket:AccessKey", "Bucket:CaFile", "Bucket:Kind", "Bucket:SecretKey", "Broker:CaFile", "Broker:ClientCertificateFile", "Broker:ClientKeyFile", "Broker:Uri", "Database:ConnectionString",
        "Dicom:Key", "Http:Url", "Inference:Provider", "Model:Bundle", "Notifications:Uri", "Web:CertificateFile", "Web:CertificateKeyFile", "Web:Token", "Web:Url",
        "Worker:Scratch",
    };

    private const string DurationPattern = "^([0-9]+([.][0-9]+)?(ms|s|min|h|d)|[0-9]{2}:[0-9]{2}:[0-9]{2})$";

    public static JsonObject Schema()
    {
        var sections = new JsonObject();
        foreach (var section in SettingsSection.All)
        {
            var keys = new JsonObject();
            foreach (var (property, shape) in SettingShape.For(section.Options).Properties)
            {
                if (!Refused.Contains($"{section.Name}:{property.Name}"))
                    keys[property.Name] = OrNone(Of(property.GetCustomAttributes(inherit: true).OfType<ValidationAttribute>().ToList(), shape));
            }
            if (keys.Count > 0)
                sections[section.Name] = Record(keys);
        }
        sections[SettingsSection.Logging] = Record(new JsonObject
        {
            ["LogLevel"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["enum"] = Texts(["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"]) },
            },
        });
        return Record(sections);
    }

    private static JsonObject Record(JsonObject properties) => new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };

    /// <summary>Helm takes null for a value that is not given. No <c>oneOf</c>: its error would not say what is wrong.</summary>
    private static JsonObject OrNone(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values)
            values.Add(null);
        else
            schema["type"] = Texts([schema["type"]!.ToString(), "null"]);
        return schema;
    }

    private static JsonObject Of(IReadOnlyList<ValidationAttribute> rules, SettingShape shape)
    {
        if (shape.Kind == ShapeKind.List)
            return new JsonObject { ["type"] = "array", ["items"] = Of([], shape.Element!) };
        if (shape.Type.IsEnum)
            return new JsonObject { ["enum"] = Texts(Enum.GetNames(shape.Type).SelectMany(name => new[] { name, name.ToLowerInvariant() }).Distinct(StringComparer.Ordinal)) };
        if (shape.Type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        if (shape.Type == typeof(TimeSpan))
            return new JsonObject { ["type"] = "string", ["pattern"] = DurationPattern };
        if (shape.Type == typeof(DateOnly))
            return new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" };
        if (shape.Type == typeof(Uri))
            return new JsonObject { ["type"] = "string", ["pattern"] = "^[a-z][a-z0-9+.-]*://.+" };
        if (shape.Type == typeof(int) || shape.Type == typeof(long))
            return Whole(rules.OfType<RangeAttribute>().SingleOrDefault());
        if (shape.Type != typeof(string))
            throw new InvalidOperationException($"{shape.Type} has no schema here.");
        return rules.OfType<AllowedValuesAttribute>().SingleOrDefault() is { } allowed
            ? new JsonObject { ["enum"] = Texts(allowed.Values.OfType<string>()) }
            : new JsonObject { ["type"] = "string" };
    }

    private static JsonObject Whole(RangeAttribute? range)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (range is null)
            return schema;
        schema["minimum"] = Convert.ToInt64(range.Minimum, null);
        // More than 2^53 has no exact number in JSON.
        if (Convert.ToDouble(range.Maximum, null) < 9e15 && range.Maximum is not int.MaxValue)
            schema["maximum"] = Convert.ToInt64(range.Maximum, null);
        return schema;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
