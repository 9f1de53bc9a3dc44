using System.CommandLine;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models sign</c></summary>
internal static class ModelsSignCommand
{
    public static Command Create()
    {
        var model = ModelsArguments.Bundle();
        var key = new Option<FileInfo>("--key") { Description = "PEM file of a private key, ECDSA on P-256", HelpName = "FILE", Required = true };
        var command = new Command("sign", $"""
            Sign a bundle: its manifest, which has the sha256 of every model. The signature is the file {BundleSignature.FileName} in the bundle's folder.

            Workers with Model:TrustedKeys run signed bundles only. Every later change of the manifest breaks the signature: quantize, halve
            and verify --mark come before.
            """)
        {
            model, key,
        }.WithExamples("lus models sign my-bundle --key key.pem", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
        command.SetStoppableAction(async (result, _) =>
        {
            var bundle = Bundle.Load(BundleCatalog.Find(result.GetValue(model)));
            var name = BundleSignature.Sign(bundle, result.GetRequiredValue(key).FullName);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{bundle.Name} {bundle.Version} is signed by key {name}; id {bundle.Id}");
            return ExitCode.Done;
        });
        return command;
    }
}
