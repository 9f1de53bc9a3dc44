using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace LusPipeline.Hosting.Settings;

internal enum ShapeKind
{
    Value,
    Record,
    List,
    Map,
}

/// <summary>The shape of the settings at a key: one value, a record of keys, a list by index, or a map with free keys.</summary>
internal sealed class SettingShape
{
    private SettingShape(ShapeKind kind, Type type) => (Kind, Type) = (kind, type);

    public ShapeKind Kind { get; }

    /// <summary>The type that is bound. For a value type that may be null, the type without <c>Nullable</c>.</summary>
    public Type Type { get; }

    /// <summary>The properties of a record, in the order of the code.</summary>
    public IReadOnlyList<(PropertyInfo Property, SettingShape Shape)> Properties { get; private init; } = [];

    /// <summary>The shape of the elements of a list or map.</summary>
    public SettingShape? Element { get; private init; }

    /// <summary>Whether null is allowed.</summary>
    public bool Nullable { get; private init; }

    /// <exception cref="ArgumentException">A property that no configuration can set.</exception>
    public static SettingShape For(Type type, bool nullable = false)
    {
        type = System.Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Uri) || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)))
            return new(ShapeKind.Value, type) { Nullable = nullable };
        if (Argument(type, typeof(IReadOnlyDictionary<,>)) is [var key, var value])
            return key == typeof(string) ? new(ShapeKind.Map, type) { Element = For(value) } : throw new ArgumentException($"{type} has keys that are not text.", nameof(type));
        if (Argument(type, typeof(IEnumerable<>)) is [var element])
            return new(ShapeKind.List, type) { Element = For(element) };
        if (type.GetConstructor(Type.EmptyTypes) is null)
            throw new ArgumentException($"{type} has no constructor without parameters.", nameof(type));
        return new(ShapeKind.Record, type)
        {
            Properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is { IsPublic: true }).OrderBy(property => property.MetadataToken)
                .Select(property => (property, For(property.PropertyType, new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable)))],
        };
    }

    /// <summary>Finds a property by its key, whatever the case of its letters.</summary>
    public (PropertyInfo Property, SettingShape Shape)? Find(string name) => Properties
        .Where(property => string.Equals(property.Property.Name, name, StringComparison.OrdinalIgnoreCase))
        .Select(property => ((PropertyInfo, SettingShape)?)property).FirstOrDefault();

    private static Type[]? Argument(Type type, Type definition) => type.GetInterfaces().Prepend(type)
        .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == definition)?.GetGenericArguments();

    public static IEnumerable<(string Key, object? Element)> Elements(object? collection) => collection switch
    {
        IDictionary map => map.Keys.Cast<string>().Select(key => (key, map[key])),
        IEnumerable list => list.Cast<object?>().Select((element, index) => (index.ToString(CultureInfo.InvariantCulture), element)),
        _ => [],
    };
}
