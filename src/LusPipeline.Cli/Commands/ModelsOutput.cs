using System.CommandLine;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary>A Spectre console on a command's own output.</summary>
internal static class ModelsOutput
{
    /// <summary>Wide enough for any table where the output is no terminal, so that lines stay whole for other programs.</summary>
    private const int WidthOfFiles = 1000;

    public static IAnsiConsole Console(ParseResult result)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(result.InvocationConfiguration.Output) });
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
