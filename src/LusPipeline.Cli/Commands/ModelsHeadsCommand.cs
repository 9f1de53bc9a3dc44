using System.CommandLine;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models heads</c></summary>
internal static class ModelsHeadsCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one of the program's own models" };
        var from = new Option<string>("--from") { Description = "The bundle whose head is added; it has the same backbones", Required = true, HelpName = "BUNDLE" };
        var name = new Option<string>("--add") { Description = "The name of the head in the new bundle", Required = true, HelpName = "NAME" };
        var command = new Command("heads", """
            Add a further head to a bundle. It shares the backbones' files and is chosen by BUNDLE:NAME wherever a bundle is given.

            The bundle with its own head keeps its id.
            """)
        {
            model, name, from,
        }.WithExamples("lus models heads my-bundle --add paper --from paper-bundle --out both", "lus run videos/ --model both:paper");
        LayeredBundleCommand.SetAction(
            command, model,
            result => ["heads", $"--add={result.GetValue(name)}", $"--from={BundleCatalog.Find(result.GetValue(from))}"],
            (source, folder, result) => BundleWriter.Write(folder, BundleContents.Of(source).WithHeadOf(
                Bundle.Load(BundleCatalog.Find(result.GetValue(from))), source, result.GetRequiredValue(name))));
        return command;
    }
}
