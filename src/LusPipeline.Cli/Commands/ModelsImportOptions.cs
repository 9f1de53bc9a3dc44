using System.CommandLine;
using System.Globalization;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Commands;

/// <summary>The options that all imports share, and the code that writes the bundle.</summary>
internal sealed class ModelsImportOptions
{
    private readonly Option<bool> _here = ModelsArguments.Here();

    public ModelsImportOptions(Command command)
    {
        foreach (var option in new Option[] { Head, Name, Version, Frames, Threshold, Out, _here })
            command.Options.Add(option);
    }

    public Option<FileInfo> Head { get; } = new Option<FileInfo>("--head") { Description = "The head's file; without it the bundle makes features only" }.AcceptExistingOnly();

    public Option<int> Frames { get; } = new("--frames") { Description = "T, the frames of one clip", DefaultValueFactory = _ => 20 };

    private Option<string?> Name { get; } = new("--name") { Description = "The bundle's name; its folder's name by default" };

    private Option<string> Version { get; } = new("--bundle-version") { Description = "The bundle's version", DefaultValueFactory = _ => "1" };

    private Option<double> Threshold { get; } = new("--threshold") { Description = "A result whose highest probability is lower is uncertain", DefaultValueFactory = _ => 0.5 };

    private Option<DirectoryInfo> Out { get; } = new("--out") { Description = "The new bundle's folder", Required = true };

    public bool IsHere(ParseResult result) => result.GetValue(_here);

    /// <summary>A folder for temporary files. It exists only in the child process; the parent process empties it.</summary>
    public string Scratch(ParseResult result) => Path.GetDirectoryName(result.GetRequiredValue(Out).FullName)!;

    /// <inheritdoc cref="ModelsBundleChild.RunAsync(IEnumerable{string}, string, string, TimeSpan, ParseResult, CancellationToken)"/>
    public Task<int> RunChildAsync(IEnumerable<string> arguments, string subject, ParseResult result, CancellationToken cancellation) =>
        ModelsBundleChild.RunAsync([.. arguments, .. ForChild(result)], result.GetRequiredValue(Out).FullName, subject, ImportLimits.MaxTime, result, cancellation);

    /// <summary>Writes the bundle, checks it and prints what it contains.</summary>
    /// <param name="backbone">The path of an ONNX file.</param>
    /// <param name="head">The path of an ONNX file, or null.</param>
    /// <param name="layers">The layers that the backbone's features consist of; empty if they are not known.</param>
    public async Task<int> WriteAsync(
        ParseResult result, string preprocess, string backbone, string? head, IReadOnlyList<BundleLayer> layers, CancellationToken cancellation)
    {
        if (head is not null && layers.Count > 1)
            head = LayeredBundle.HeadForFirst(head, layers);
        var bundle = BundleWriter.Write(result.GetRequiredValue(Out).FullName, new BundleContents
        {
            Name = NameOf(result),
            Version = result.GetRequiredValue(Version),
            Preprocess = preprocess,
            Frames = result.GetValue(Frames),
            Threshold = result.GetValue(Threshold),
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = backbone },
            Head = head,
            Layers = layers,
        });
        if ((await TrialRun.RunAsync(bundle, cancellation)).Whole)
            bundle = BundleWriter.MarkChecked(bundle);
        await result.InvocationConfiguration.Output.WriteLineAsync(
            $"{bundle.Name} {bundle.Version}: {bundle.Height}×{bundle.Width} frames, {bundle.Features} features a frame, "
            + $"{(bundle.HasHead ? $"head for {bundle.Frames} frames" : "no head")}; id {bundle.Id}");
        return ExitCode.Done;
    }

    private string NameOf(ParseResult result) => result.GetValue(Name) ?? result.GetRequiredValue(Out).Name;

    private IEnumerable<string> ForChild(ParseResult result)
    {
        if (result.GetValue(Head) is { } head)
            yield return $"--head={head.FullName}";
        yield return $"--name={NameOf(result)}";
        yield return $"--bundle-version={result.GetRequiredValue(Version)}";
        yield return string.Create(CultureInfo.InvariantCulture, $"--frames={result.GetValue(Frames)}");
        yield return string.Create(CultureInfo.InvariantCulture, $"--threshold={result.GetValue(Threshold):R}");
    }
}
