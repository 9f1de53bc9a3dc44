using System.Globalization;

namespace LusPipeline.Hosting.Settings;

/// <summary>Times as people write them: an age (<c>12h</c>, <c>7d</c>) or a UTC time (<c>2026-01-31</c>, <c>2026-01-31T08:30</c>).</summary>
public static class PastTime
{
    /// <summary>Examples for help and error messages.</summary>
    public const string Examples = "an age such as 30min, 12h or 90d, or a UTC time such as 2026-01-31 or 2026-01-31T08:30";

    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK"];

    /// <param name="now">The time that ages are counted back from, UTC.</param>
    /// <returns>The time, UTC; null if the text is none.</returns>
    public static DateTime? Parse(string text, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Durations.TryParse(text, out var age) && age >= TimeSpan.Zero && age < TimeSpan.FromDays(36_500))
            return now - age;
        return DateTime.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }
}
