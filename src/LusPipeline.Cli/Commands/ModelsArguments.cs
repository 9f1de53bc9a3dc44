using System.CommandLine;
using LusPipeline.Hosting.Children;

namespace LusPipeline.Cli.Commands;

/// <summary>Arguments and options that the <c>lus models</c> commands share.</summary>
internal static class ModelsArguments
{
    public static Argument<string?> Bundle() => new("bundle")
    {
        Description = "A bundle's folder, or the name of one of the program's own models; the default model if left out",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>A hidden option that is set in a child process: do the work in this process and start no other.</summary>
    public static Option<bool> Here() => new(LusChild.HereOption) { Hidden = true };
}
