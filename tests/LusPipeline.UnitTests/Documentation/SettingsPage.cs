using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>The tables of all settings in Markdown, made from the records' defaults, data annotations and doc comments.</summary>
internal static partial class SettingsPage
{
    private static readonly Dictionary<Assembly, XDocument> Documents = [];

    /// <summary>Every key, <c>Section:Key</c>.</summary>
    public static IReadOnlySet<string> Keys { get; } = SettingsSection.All
        .SelectMany(section => SettingShape.For(section.Options).Properties.Select(property => $"{section.Name}:{property.Property.Name}"))
        .ToHashSet(StringComparer.Ordinal);

    public static string Tables()
    {
        var text = new StringBuilder();
        foreach (var section in SettingsSection.All)
        {
            var record = Activator.CreateInstance(section.Options)!;
            text.Append(CultureInfo.InvariantCulture, $"\n## {section.Name}\n\n{Summary(section.Options, $"T:{section.Options.FullName}")}\n\n");
            text.Append("| key and environment variable | type | default | allowed | meaning |\n|---|---|---|---|---|\n");
            foreach (var (property, shape) in SettingShape.For(section.Options).Properties)
                text.Append(Row(section.Name, property, shape, property.GetValue(record)));
        }
        return text.ToString();
    }

    private static string Row(string section, PropertyInfo property, SettingShape shape, object? value)
    {
        var key = $"{section}:{property.Name}{(shape.Kind == ShapeKind.List ? ":0" : "")}";
        var meaning = Summary(property.DeclaringType!, $"P:{property.DeclaringType!.FullName}.{property.Name}");
        return $"| `{key}`<br>`{SettingsSection.VariableOf(key)}` | {TypeOf(shape)} | {Default(property, shape, value)} | {Allowed(property, shape)} | {meaning} |\n";
    }

    private static string TypeOf(SettingShape shape) => shape switch
    {
        { Kind: ShapeKind.List } => $"list of {TypeOf(shape.Element!)}",
        { Type: var type } when type == typeof(string) => "text",
        { Type: var type } when type == typeof(bool) => "true or false",
        { Type: var type } when type == typeof(TimeSpan) => "duration",
        { Type: var type } when type == typeof(Uri) => "address",
        { Type: var type } when type == typeof(DateOnly) => "date",
        { Type.IsEnum: true } => "choice",
        { Type: var type } when type == typeof(int) || type == typeof(long) => "whole number",
        _ => throw new InvalidOperationException($"{shape.Type} has no name here."),
    };

    private static string Default(PropertyInfo property, SettingShape shape, object? value)
    {
        if (property.GetCustomAttribute<RequiredAttribute>() is not null && value is null or "")
            return "required";
        if (shape.Kind == ShapeKind.List)
            return "none";
        return SettingValue.Format(value) is { Length: > 0 } text ? $"`{text.Replace(Path.GetTempPath(), "/tmp/", StringComparison.Ordinal)}`" : "none";
    }

    private static string Allowed(PropertyInfo property, SettingShape shape)
    {
        var rules = property.GetCustomAttributes<ValidationAttribute>().Select(rule => rule switch
        {
            RangeAttribute range => Range(range),
            AllowedValuesAttribute values => string.Join(", ", values.Values.OfType<string>().Select(value => $"`{value}`")),
            RegularExpressionAttribute { ErrorMessage: { } message } => MessageStart().Replace(message, "").TrimEnd('.'),
            StringLengthAttribute length => string.Create(CultureInfo.InvariantCulture, $"up to {length.MaximumLength} characters"),
            RequiredAttribute or EnumDataTypeAttribute => "",
            _ => throw new InvalidOperationException($"{rule.GetType()} of {property.Name} has no words here."),
        });
        return string.Join("; ", (shape.Type.IsEnum ? Enum.GetNames(shape.Type).Select(name => $"`{name}`") : rules).Where(text => text.Length > 0)).Replace("`; `", "`, `", StringComparison.Ordinal);
    }

    private static string Range(RangeAttribute range)
    {
        // Bounds that are written as text become values with the first use.
        range.IsValid(null);
        return range.Maximum is >= (double)long.MaxValue or long.MaxValue or int.MaxValue
            ? $"{SettingValue.Format(range.Minimum)} or more"
            : $"{SettingValue.Format(range.Minimum)} to {SettingValue.Format(range.Maximum)}";
    }

    /// <summary>A summary as one line of Markdown; a reference to a setting is its key.</summary>
    private static string Summary(Type type, string member)
    {
        var document = Document(type.Assembly);
        var summary = document.Descendants("member").Single(element => element.Attribute("name")!.Value == member).Element("summary")
            ?? throw new InvalidOperationException($"{member} has no summary.");
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{KeyOf(see.Attribute("cref")!.Value)}`",
            XElement other => other.Value,
            _ => node.ToString().Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal),
        }));
        return Space().Replace(text.Trim(), " ").Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string KeyOf(string reference)
    {
        var name = reference[2..];
        foreach (var section in SettingsSection.All)
        {
            if (name.StartsWith(section.Options.FullName + ".", StringComparison.Ordinal))
                return $"{section.Name}:{name[(section.Options.FullName!.Length + 1)..]}";
            if (name == section.Options.FullName)
                return section.Name;
        }
        throw new InvalidOperationException($"{reference} is no setting.");
    }

    private static XDocument Document(Assembly assembly)
    {
        if (!Documents.TryGetValue(assembly, out var document))
            Documents[assembly] = document = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        return document;
    }

    /// <summary>The words that make a rule's error a sentence after the key.</summary>
    [GeneratedRegex("^(has |is not a valid [^:]*: )")]
    private static partial Regex MessageStart();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
