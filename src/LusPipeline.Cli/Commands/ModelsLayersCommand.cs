using System.CommandLine;
using LusPipeline.ModelTools.Layers;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models layers</c></summary>
internal static class ModelsLayersCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var add = new Option<string>("--add") { Description = "The layers, as in the file that was imported, separated by commas", Required = true, HelpName = "LAYERS" };
        var command = new Command("layers", """
            Add layers of the backbone to the features that it gives.

            A layer that gives pictures is averaged over each picture. Its values follow the features that are there, so the head predicts
            the same as before; a new head can be trained on what was added. All variants get the layers. The bundle's id changes.
            """)
        {
            model, add,
        }.WithExamples("lus models layers xception-lstm --add add_10 --out my-bundle", "lus models layers xception-lstm --add add_7,add_10 --out my-bundle");
        LayeredBundleCommand.SetAction(
            command, model, result => ["layers", $"--add={result.GetValue(add)}"],
            (source, folder, result) => LayeredBundle.Append(source, LayerNames.Split(result.GetRequiredValue(add)), folder));
        return command;
    }
}
