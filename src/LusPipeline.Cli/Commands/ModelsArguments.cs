using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary>Arguments and options that the commands about models share.</summary>
internal static class ModelsArguments
{
    public static Argument<string?> Bundle() => new("bundle")
    {
        Description = "A bundle's folder, or the name of one of the program's own models; the default model if left out",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Set in a child process: do the work here instead of starting another.</summary>
    public static Option<bool> Here() => new(ModelsChild.HereOption) { Hidden = true };
}
