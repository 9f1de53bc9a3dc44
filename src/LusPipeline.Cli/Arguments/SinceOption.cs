using System.CommandLine;
using System.Globalization;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Arguments;

/// <summary>An option for a moment in the past, given as an age or as a UTC time.</summary>
internal static class SinceOption
{
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK"];

    public static Option<DateTime?> Create(string name, string description)
    {
        var option = new Option<DateTime?>(name) { Description = description, HelpName = "TIME" };
        option.CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value) is { } time)
                return time;
            result.AddError($"{name} is an age such as 30min, 12h or 90d, or a UTC time such as 2026-01-31 or 2026-01-31T08:30.");
            return null;
        };
        return option;
    }

    private static DateTime? Parse(string text)
    {
        if (Durations.TryParse(text, out var age) && age >= TimeSpan.Zero && age < TimeSpan.FromDays(36_500))
            return DateTime.UtcNow - age;
        return DateTime.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }
}
