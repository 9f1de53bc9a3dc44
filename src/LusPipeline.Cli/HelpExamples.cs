using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace LusPipeline.Cli;

/// <summary>Adds examples to a command's help, and limits lists of commands to one line each.</summary>
internal static class HelpExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> Examples = [];

    /// <param name="examples">Complete command lines. A comment may follow after two spaces and '#'.</param>
    public static TCommand WithExamples<TCommand>(this TCommand command, params string[] examples) where TCommand : Command
    {
        Examples.Add(command, examples);
        return command;
    }

    /// <summary>Makes the help option of <paramref name="root"/> print examples too. Its sub-commands share that option.</summary>
    public static void PrintExamplesIn(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction action)
                option.Action = new HelpWithExamples(action);
        }
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            foreach (var listed in parseResult.CommandResult.Command.Subcommands)
                listed.Description = listed.Description?.Split('\n')[0].TrimEnd();
            var exit = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            if (Examples.TryGetValue(parseResult.CommandResult.Command, out var examples))
            {
                output.WriteLine("Examples:");
                foreach (var example in examples)
                    output.WriteLine("  " + example);
                output.WriteLine();
            }
            return exit;
        }
    }
}
