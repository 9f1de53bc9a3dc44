using System.ComponentModel;
using System.Globalization;

namespace LusPipeline.Hosting.Settings;

/// <summary>One value between its text and its type.</summary>
internal static class SettingValue
{
    /// <summary>Checks a text against the type that it is for.</summary>
    /// <param name="parsed">The text in the form that .NET's binder takes, or what is wrong with it and the fix.</param>
    public static bool TryNormalize(SettingShape shape, string? text, bool secret, out string? parsed)
    {
        parsed = text;
        if (string.IsNullOrWhiteSpace(text) && shape.Type != typeof(string) || text is null)
        {
            parsed = shape.Nullable ? null : "is empty. Give a value, or leave the key out for the default.";
            return shape.Nullable;
        }
        if (shape.Type == typeof(string))
            return true;
        text = text.Trim();
        var said = secret || shape.Type == typeof(Uri) ? "the value" : $"'{Short(text)}'";
        if (shape.Type == typeof(TimeSpan))
        {
            var isDuration = Durations.TryParse(text, out var duration);
            parsed = isDuration ? duration.ToString("c", CultureInfo.InvariantCulture) : $"{said} is no duration. Give one such as {Durations.Examples}.";
            return isDuration;
        }
        if (shape.Type == typeof(Uri))
        {
            parsed = Uri.TryCreate(text, UriKind.Absolute, out _) ? text : "the value is no address. Give a whole one, with its scheme: scheme://host:port/path. Letters such as @ : / # in a password are written as %40 %3A %2F %23.";
            return ReferenceEquals(parsed, text);
        }
        if (shape.Type.IsEnum)
        {
            parsed = Enum.GetNames(shape.Type).FirstOrDefault(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase));
            if (parsed is not null)
                return true;
            parsed = $"{said} is none of {string.Join(", ", Enum.GetNames(shape.Type))}.";
            return false;
        }
        try
        {
            parsed = text;
            return TypeDescriptor.GetConverter(shape.Type).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            parsed = $"{said} is no {Kind(shape.Type)}.";
            return false;
        }
    }

    /// <summary>A value as one would write it.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        TimeSpan duration => Durations.Format(duration),
        bool flag => flag ? "true" : "false",
        Uri address => address.OriginalString,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Kind(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "truth value. Give true or false",
        TypeCode.Int32 or TypeCode.Int64 or TypeCode.Int16 or TypeCode.Byte => "whole number of that size. Give digits only",
        TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "number. Give digits with a point",
        _ => type.Name,
    };

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
