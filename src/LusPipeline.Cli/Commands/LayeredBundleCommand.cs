using System.CommandLine;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Commands;

/// <summary>The commands that write a bundle with other layers than those of a bundle.</summary>
internal static class LayeredBundleCommand
{
    /// <param name="arguments">The command's name and its options, for the child process.</param>
    /// <param name="make">Makes the new bundle in a folder, in the child process.</param>
    public static void SetAction(
        Command command, Argument<string> model, Func<ParseResult, IReadOnlyList<string>> arguments, Func<Bundle, string, ParseResult, Bundle> make)
    {
        var folder = new Option<DirectoryInfo>("--out") { Description = "A folder for the new bundle", Required = true, HelpName = "DIR" };
        var here = ModelsArguments.Here();
        command.Add(folder);
        command.Add(here);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var source = BundleCatalog.Find(result.GetRequiredValue(model));
            var target = result.GetRequiredValue(folder).FullName;
            if (!result.GetValue(here))
            {
                return await ModelsBundleChild.RunAsync(
                    ["models", .. arguments(result), source], target, BundleReference.Split(source).Folder, ImportLimits.MaxTime, result, cancellation);
            }
            var made = make(Bundle.Load(source), target, result);
            if ((await TrialRun.RunAsync(made, cancellation)).Whole)
                made = BundleWriter.MarkChecked(made);
            await result.InvocationConfiguration.Output.WriteLineAsync(
                $"{made.Name} {made.Version}: {string.Join(", ", made.Manifest.Layers.Select(layer => $"{layer.Name} ({layer.Features})"))}; id {made.Id}");
            return ExitCode.Done;
        });
    }
}
