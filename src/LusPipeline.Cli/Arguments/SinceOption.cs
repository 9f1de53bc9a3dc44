using System.CommandLine;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Arguments;

/// <summary>An option for a moment in the past, given as an age or as a UTC time.</summary>
internal static class SinceOption
{
    public static Option<DateTime?> Create(string name, string description)
    {
        var option = new Option<DateTime?>(name) { Description = description, HelpName = "TIME" };
        option.CustomParser = result =>
        {
            if (PastTime.Parse(result.Tokens[0].Value, DateTime.UtcNow) is { } time)
                return time;
            result.AddError($"{name} is {PastTime.Examples}.");
            return null;
        };
        return option;
    }
}
