using System.CommandLine;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary>A Spectre console that writes to a command's output.</summary>
internal static class ModelsOutput
{
    /// <summary>Width in characters when the output is not a terminal. It fits any table, so that lines stay whole for other programs.</summary>
    private const int WidthOfFiles = 1000;

    public static IAnsiConsole Console(ParseResult result)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(result.InvocationConfiguration.Output) });
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
