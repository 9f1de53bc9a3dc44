using System.CommandLine;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models verify</c></summary>
internal static class ModelsVerifyCommand
{
    public static Command Create()
    {
        var model = ModelsArguments.Bundle();
        var here = ModelsArguments.Here();
        var command = new Command("verify", "Check every byte of a bundle, open its models and run them once") { model, here }
            .WithExamples("lus models verify", "lus models verify ./my-bundle");
        command.SetGuardedAction(async (result, cancellation) =>
        {
            var folder = BundleCatalog.Find(result.GetValue(model));
            if (!result.GetValue(here))
                return await ModelsChild.RunAsync(["models", "verify", folder, ModelsChild.HereOption], folder, ModelsChild.UsualTime, result, cancellation);
            var bundle = Bundle.Load(folder);
            await TrialRun.RunAsync(bundle, cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{bundle.Name} {bundle.Version} is whole and runs; id {bundle.Id}");
            return ExitCode.Done;
        });
        return command;
    }
}
