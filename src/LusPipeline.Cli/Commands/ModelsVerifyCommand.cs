using System.CommandLine;
using LusPipeline.Hosting.Children;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models verify</c></summary>
internal static class ModelsVerifyCommand
{
    public static Command Create()
    {
        var model = ModelsArguments.Bundle();
        var mark = new Option<bool>("--mark") { Description = "Write into the manifest that this version has checked the bundle: workers then start without a check" };
        var key = new Option<FileInfo[]>("--key")
        {
            Description = "PEM file of a public key: one of those that are given has to have signed the bundle (lus models sign)",
            HelpName = "FILE",
        };
        var here = ModelsArguments.Here();
        var command = new Command("verify", """
            Check every byte of a bundle, open its models and run them.

            The features of a few synthetic frames are compared with those of the model's graph without ONNX Runtime's optimizations:
            fp32 may differ by 1e-3 (relative), int8 and fp16 must have a cosine of 0.96 and 0.999.
            """)
        {
            model, mark, key, here,
        }.WithExamples(
            "lus models verify", "lus models verify ./my-bundle", "lus models verify xception-lstm:paper", "lus models verify ./my-bundle --mark", "lus models verify ./my-bundle --key key.pub.pem");
        command.Validators.Add(result =>
        {
            if (result.GetValue(mark) && result.GetValue(key) is { Length: > 0 })
                result.AddError("--mark changes the manifest, which breaks its signature: mark first, then sign, then verify with --key.");
        });
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var reference = BundleCatalog.Find(result.GetValue(model));
            var folder = BundleReference.Split(reference).Folder;
            if (!result.GetValue(here))
            {
                if (TrustedKeys.Read([.. (result.GetValue(key) ?? []).Select(file => file.FullName)]) is { } keys)
                    await result.InvocationConfiguration.Output.WriteLineAsync($"signed by key {keys.Require(folder, ManifestFile.ReadBytes(folder))}");
                string[] arguments = ["models", "verify", reference, .. result.GetValue(mark) ? ["--mark"] : Array.Empty<string>(), LusChild.HereOption];
                return await ModelsChild.RunAsync(arguments, folder, result.GetValue(mark) ? folder : null, ImportLimits.MaxTime, result, cancellation);
            }
            var bundle = Bundle.Load(reference);
            var trial = await TrialRun.RunAsync(bundle, cancellation);
            if (result.GetValue(mark))
                Mark(bundle, trial);
            var output = result.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{bundle.Name} {bundle.Version} is whole and runs; id {bundle.Id}");
            foreach (var (variant, comparison) in trial.Comparisons)
                await output.WriteLineAsync($"  {variant}: {comparison}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Mark(Bundle bundle, TrialResult trial)
    {
        if (!trial.Whole)
            throw new BundleException($"'{bundle.Folder}' is not marked as checked: {string.Join("; ", trial.Comparisons.Select(one => $"{one.Variant}: {one.Text}"))}.");
        BundleWriter.MarkChecked(bundle);
    }
}
