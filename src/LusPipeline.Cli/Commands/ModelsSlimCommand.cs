using System.CommandLine;
using LusPipeline.ModelTools.Layers;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models slim</c></summary>
internal static class ModelsSlimCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var command = new Command("slim", """
            Write a bundle that computes the layers alone that its head reads, for those who want results and no other features.

            Its predictions are those of the bundle. It is faster where the head reads a layer in the middle of the backbone.
            """)
        {
            model,
        }.WithExamples("lus models slim xception-lstm --out fast", "lus run videos/ --model fast");
        LayeredBundleCommand.SetAction(command, model, _ => ["slim"], (source, folder, _) => LayeredBundle.Slim(source, folder));
        return command;
    }
}
