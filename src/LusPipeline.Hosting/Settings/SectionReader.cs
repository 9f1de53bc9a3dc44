using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Fills the record of one section. Every key is checked, even if others are wrong.</summary>
internal sealed class SectionReader(SettingsSection section, List<SettingProblem> problems)
{
    private readonly SettingShape _shape = SettingShape.For(section.Options);
    private readonly Dictionary<string, SettingOrigin> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes a value from a source.</summary>
    public void Take(string key, string? value, SettingOrigin origin)
    {
        var path = section.Name;
        var shape = _shape;
        foreach (var name in key.Split(':').Skip(1))
        {
            switch (shape.Kind)
            {
                case ShapeKind.Record when shape.Find(name) is { } found:
                    path = ConfigurationPath.Combine(path, found.Property.Name);
                    shape = found.Shape;
                    break;
                case ShapeKind.Record:
                    problems.Add(new(key, origin, $"there is no such key.{Suggestion.For(name, shape.Properties.Select(property => property.Property.Name), path + ":")}"));
                    return;
                case ShapeKind.List when !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _):
                    problems.Add(new(key, origin, $"{path} is a list. Number its entries: {path}:0, {path}:1 …"));
                    return;
                case ShapeKind.Value:
                    problems.Add(new(key, origin, $"{path} is one value and has no keys below it."));
                    return;
                default:
                    path = ConfigurationPath.Combine(path, name);
                    shape = shape.Element!;
                    break;
            }
        }
        if (shape.Kind == ShapeKind.Value)
            TakeValue(shape, path, value, origin);
        else if (string.IsNullOrEmpty(value))
            _given[path] = origin;
        else
            problems.Add(new(path, origin, shape.Kind == ShapeKind.List ? $"is a list. Number its entries: {path}:0, {path}:1 …" : $"has keys below it and no value of its own. Give {path}:KEY."));
    }

    /// <summary>Binds and validates what was taken.</summary>
    /// <param name="needed">Whether a required key that no source gives is a problem.</param>
    public object Bind(bool needed)
    {
        var record = Activator.CreateInstance(section.Options)!;
        new ConfigurationBuilder().AddInMemoryCollection(_values).Build().GetSection(section.Name).Bind(record);
        var wrong = problems.Select(problem => problem.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        new RecordValidation(_given, needed, problems, wrong).Check(record, _shape, section.Name);
        return record;
    }

    /// <summary>The record's values, key by key, masked.</summary>
    public IEnumerable<Setting> Show(object record) => Show(record, _shape, section.Name);

    private void TakeValue(SettingShape shape, string path, string? value, SettingOrigin origin)
    {
        if (!SettingValue.TryNormalize(shape, value, Secrets.IsSecret(path, origin), out var parsed))
        {
            problems.Add(new(path, origin, parsed!));
            return;
        }
        _values[path] = parsed;
        _given[path] = origin;
    }

    private List<Setting> Show(object? value, SettingShape shape, string path)
    {
        List<Setting> parts = shape.Kind switch
        {
            ShapeKind.Value => [],
            ShapeKind.Record when value is not null => [.. shape.Properties.SelectMany(property =>
                Show(property.Property.GetValue(value), property.Shape, ConfigurationPath.Combine(path, property.Property.Name)))],
            _ => [.. SettingShape.Elements(value).SelectMany(element => Show(element.Element, shape.Element!, ConfigurationPath.Combine(path, element.Key)))],
        };
        if (parts.Count > 0)
            return parts;
        var origin = _given.GetValueOrDefault(path, SettingOrigin.Default);
        return [new(path, shape.Kind == ShapeKind.Value ? Secrets.Masked(path, SettingValue.Format(value), origin) : null, origin)];
    }
}
