using System.CommandLine;
using System.Globalization;

namespace LusPipeline.Cli.Arguments;

/// <summary>The option <c>--limit</c>.</summary>
internal static class LimitOption
{
    /// <summary>The default for tables. A longer output is meant for files, not for reading.</summary>
    public const int OfTables = 1_000;

    /// <summary>The option that limits how many rows are printed.</summary>
    public static Option<int?> Create(string rows)
    {
        var option = new Option<int?>("--limit")
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"Print at most so many {rows}; if left out, {OfTables} as a table and all in other formats"),
            HelpName = "N",
        };
        option.RequireAtLeastOne();
        return option;
    }

    /// <summary>A limit of 0 is an error. A text that is no number is one already.</summary>
    public static void RequireAtLeastOne(this Option option) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 1)
            result.AddError("--limit is a whole number of at least 1.");
    });
}
