using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Output;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Downloads;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models pull</c></summary>
internal static class ModelsPullCommand
{
    public static Command Create()
    {
        string[] names = [.. PublishedWeights.All.Select(weights => weights.Architecture).Order(StringComparer.Ordinal)];
        var name = new Argument<string>("architecture") { Description = $"One of {string.Join(", ", names)}", HelpName = "architecture" };
        name.AcceptOnlyFromAmong(names);
        var output = new Option<DirectoryInfo?>("--out")
        {
            Description = "The new bundle's folder; by default ARCHITECTURE among the program's own models, where --model finds it by name",
            HelpName = "DIR",
        };
        var frames = new Option<int>("--frames") { Description = "T, the frames of one clip", DefaultValueFactory = _ => 20 };
        var storage = new Option<WeightStorage>("--weights") { Description = "How large tensors are stored; computation is float32 either way" };
        var from = new Option<Uri?>("--from")
        {
            Description = "Another address of the weights, for example a mirror's",
            HelpName = "URL",
            CustomParser = argument =>
            {
                if (Uri.TryCreate(argument.Tokens.Single().Value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
                    return address;
                argument.AddError("--from is an http or https address.");
                return null;
            },
        };
        var md5 = new Option<string?>("--md5") { Description = "The md5 of the file at --from, if it differs from the file that Keras publishes", HelpName = "SUM" };
        md5.Validators.Add(option =>
        {
            if (option.Tokens is not [{ Value.Length: 32 } sum] || !sum.Value.All(char.IsAsciiHexDigit))
                option.AddError("--md5 is 32 hexadecimal digits.");
            if (option.GetValue(from) is null)
                option.AddError("--md5 goes with --from: the file that Keras publishes has a known sum.");
        });
        var command = new Command("pull", """
            Download the ImageNet weights that Keras publishes for an architecture and make a bundle of them.

            The bundle has a backbone and no head. A download that was interrupted goes on where it stopped when the command is given again.
            """)
        {
            name, output, frames, storage, from, md5,
        }.WithExamples(
            "lus models pull densenet201",
            "lus models pull xception --weights float16 --out my-models/xception",
            "lus models pull vgg16 --from https://mirror.example/vgg16_notop.h5");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var weights = PublishedWeights.Find(result.GetRequiredValue(name))!;
            if (result.GetValue(md5) is { } other)
                weights = weights with { Md5 = other.ToLowerInvariant() };
            var target = Path.TrimEndingDirectorySeparator(result.GetValue(output)?.FullName ?? Path.Combine(BundleCatalog.Root() ?? Path.GetFullPath("models"), weights.Architecture));
            BundleWriter.RequireFree(target);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var file = target + ".h5";
            await DownloadAsync(weights, result.GetValue(from) ?? weights.Address, file, cancellation);
            if (weights.Md5 is null)
                await result.InvocationConfiguration.Error.WriteLineAsync($"lus: Keras publishes no md5 for {weights.Architecture}: the file was checked by its length only.");
            var exit = await ModelsBundleChild.RunAsync(
                [
                    "models", "import", "keras", file, $"--architecture={weights.Architecture}", $"--preprocess={weights.Preprocess}",
                    string.Create(CultureInfo.InvariantCulture, $"--frame-size={weights.FrameSize}"),
                    string.Create(CultureInfo.InvariantCulture, $"--frames={result.GetValue(frames)}"),
                    $"--weights={result.GetValue(storage)}", $"--name={weights.Architecture}",
                ],
                target, file, ImportLimits.MaxTime, result, cancellation);
            if (exit == ExitCode.Done)
                File.Delete(file);
            return exit;
        });
        return command;
    }

    private static async Task DownloadAsync(PublishedWeights weights, Uri address, string file, CancellationToken cancellation)
    {
        var display = new CountDisplay(
            (done, all) => string.Create(CultureInfo.InvariantCulture, $"{weights.Architecture}: {done / 1e6:0.0} of {(all == long.MaxValue ? "?" : $"{all / 1e6:0.0}")} MB"),
            Terminal.Error, TimeProvider.System);
        using var client = WeightDownload.CreateClient();
        await new WeightDownload(client, new DownloadOptions(), TimeProvider.System)
            .DownloadAsync(address, weights.Md5, file, (done, all) => display.Show(done, all ?? long.MaxValue), cancellation);
    }
}
