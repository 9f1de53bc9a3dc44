using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Makes consoles for a command's output and error streams.</summary>
internal static class Terminal
{
    /// <summary>Width in characters when there is no terminal. It fits every table.</summary>
    private const int FreeWidth = 240;

    public static IAnsiConsole Over(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (redirected)
            console.Profile.Width = FreeWidth;
        return console;
    }

    public static IAnsiConsole Output { get; } = Over(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Over(Console.Error, Console.IsErrorRedirected);
}
