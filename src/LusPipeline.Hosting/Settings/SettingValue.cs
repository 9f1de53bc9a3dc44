using System.ComponentModel;
using System.Globalization;

namespace LusPipeline.Hosting.Settings;

/// <summary>Converts single values between text and type.</summary>
internal static class SettingValue
{
    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>Checks a text against the type that it is for.</summary>
    /// <param name="parsed">The text in the form that .NET's binder takes, or what is wrong with it and the fix.</param>
    public static bool TryNormalize(SettingShape shape, string? text, bool secret, out string? parsed)
    {
        var type = shape.Type;
        if (text is null || (string.IsNullOrWhiteSpace(text) && type != typeof(string)))
        {
            parsed = shape.Nullable ? null : "is empty. Give a value, or leave the key out for the default.";
            return shape.Nullable;
        }
        parsed = Normalize(type, text);
        if (parsed is not null)
            return true;
        parsed = $"{(secret || type == typeof(Uri) ? "the value" : $"'{Short(text.Trim())}'")} is {Refusal(type)}.";
        return false;
    }

    /// <summary>A value as it would be written in a file.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        TimeSpan duration => Durations.Format(duration),
        bool flag => flag ? "true" : "false",
        Uri address => address.OriginalString,
        DateOnly date => date.ToString(DateFormat, CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string? Normalize(Type type, string text) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(TimeSpan) => Durations.TryParse(text, out var duration) ? duration.ToString("c", CultureInfo.InvariantCulture) : null,
        _ when type == typeof(Uri) => Uri.TryCreate(text.Trim(), UriKind.Absolute, out _) ? text.Trim() : null,
        _ when type == typeof(DateOnly) => DateOnly.TryParseExact(text.Trim(), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text.Trim() : null,
        // .NET's converter would accept numbers.
        { IsEnum: true } => Enum.GetNames(type).FirstOrDefault(name => string.Equals(name, text.Trim(), StringComparison.OrdinalIgnoreCase)),
        _ => TypeDescriptor.GetConverter(type).IsValid(text.Trim()) ? text.Trim() : null,
    };

    /// <summary>The part of a sentence that says what the text is not, and the fix.</summary>
    private static string Refusal(Type type) => type switch
    {
        _ when type == typeof(TimeSpan) => $"not a duration. Give one such as {Durations.Examples}",
        _ when type == typeof(Uri) => "not an address. Give a whole one, with its scheme: scheme://host:port/path. "
            + "Letters such as @ : / # in a password are written as %40 %3A %2F %23",
        _ when type == typeof(DateOnly) => "not a date. Give one such as 2026-01-31",
        { IsEnum: true } => $"none of {string.Join(", ", Enum.GetNames(type))}",
        _ => Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "not a truth value. Give true or false",
            TypeCode.Int32 or TypeCode.Int64 or TypeCode.Int16 or TypeCode.Byte => "not a whole number of that size. Give digits only",
            TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "not a number. Give digits with a point",
            _ => $"not a {type.Name}",
        },
    };

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
