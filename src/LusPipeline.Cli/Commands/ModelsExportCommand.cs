using System.CommandLine;
using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Keras.Export;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models export</c></summary>
internal static class ModelsExportCommand
{
    public static Command Create()
    {
        var model = ModelsArguments.Bundle();
        var keras = new Option<FileInfo>("--keras") { Description = "The new file of the head, as Keras 2 saves models", Required = true, HelpName = "FILE" };
        var command = new Command("export", "Write a bundle's head as a file that Keras loads: one LSTM, dense layers and a softmax") { model, keras }
            .WithExamples("lus models export xception-lstm --keras head.h5");
        command.SetStoppableAction(async (result, _) =>
        {
            var path = result.GetRequiredValue(keras).FullName;
            var bundle = Bundle.Load(BundleCatalog.Find(result.GetValue(model)));
            var facts = KerasExport.WriteHead(bundle, path);
            await result.InvocationConfiguration.Output.WriteLineAsync($"head of {bundle.Name} {bundle.Version}: {facts.Frames} frames of {facts.Features} features, {facts.Classes} classes: {path}");
            return ExitCode.Done;
        });
        return command;
    }
}
