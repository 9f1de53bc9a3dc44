using System.Globalization;

namespace LusPipeline.Hosting.Settings;

/// <summary>Durations as people write them: <c>500ms</c>, <c>5s</c>, <c>1.5h</c>, or <c>[d.]hh:mm:ss[.fffffff]</c>.</summary>
public static class Durations
{
    /// <summary>Examples for error messages.</summary>
    public const string Examples = "500ms, 5s, 10min, 1.5h, 2d or 00:00:05";

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("min", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>Parses a duration. A bare number is refused: .NET reads it as days, but people mean seconds.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        duration = default;
        var number = text.TrimEnd('d', 'h', 'i', 'm', 'n', 's').TrimEnd();
        var unit = Units.FirstOrDefault(unit => unit.Unit == text[number.Length..].TrimStart());
        if (unit.Unit is null
            || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count * unit.Length.TotalDays > TimeSpan.MaxValue.TotalDays / 2)
            return false;
        duration = unit.Length * count;
        return true;
    }

    /// <summary>Writes a duration in the largest unit that gives a whole number.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var (unit, length) in Units.Reverse())
        {
            if (duration >= length && duration.Ticks % length.Ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / length.Ticks}{unit}");
        }
        return duration == TimeSpan.Zero ? "0s" : duration.ToString("c", CultureInfo.InvariantCulture);
    }
}
