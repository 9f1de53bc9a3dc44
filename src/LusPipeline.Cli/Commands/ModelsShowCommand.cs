using System.CommandLine;
using System.Globalization;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models show</c></summary>
internal static class ModelsShowCommand
{
    public static Command Create()
    {
        var model = ModelsArguments.Bundle();
        var command = new Command("show", "Show what a bundle holds, its figures and licences") { model }
            .WithExamples("lus models show xception-lstm", "lus models show ./my-bundle");
        command.SetStoppableAction((result, _) =>
        {
            Show(Bundle.Load(BundleCatalog.Find(result.GetValue(model))), result.InvocationConfiguration.Output);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Show(Bundle bundle, TextWriter output)
    {
        var inference = bundle.Manifest.Inference;
        output.WriteLine($"{bundle.Name} {bundle.Version}");
        if (bundle.Manifest.Description is { } description)
            output.WriteLine(description);
        Line(output, "folder", bundle.Folder);
        Line(output, "id", bundle.Id);
        Line(output, "clip", $"{bundle.Frames} frames of {bundle.Height}×{bundle.Width}, preprocessing {inference.Preprocess}");
        Line(output, "features", $"{bundle.Features} a frame");
        if (bundle.Manifest.Layers.Count > 0)
            Line(output, "layers", string.Join(", ", bundle.Manifest.Layers.Select(layer => $"{layer.Name} ({layer.Features})")));
        Line(output, "classes", string.Join(", ", inference.Classes));
        Line(output, "threshold", bundle.Threshold.ToString(CultureInfo.InvariantCulture));
        foreach (var variant in bundle.Variants)
            Line(output, variant, Describe(bundle, bundle.Backbone(variant)));
        Line(output, "head", bundle.HasHead ? Describe(bundle, bundle.Head) : "none: makes features only");
        foreach (var (name, further) in bundle.Manifest.Heads)
            Line(output, $"head {name}", $"{Describe(bundle, further.Model)}; lus models show {bundle.Name}:{name}");
        if (bundle.Manifest.Training is { } training)
        {
            Line(output, "trained", string.Create(
                CultureInfo.InvariantCulture,
                $"on {training.Clips} clips of {training.Features}{(training.Fold is { } fold ? $", fold {fold}" : "")}: {training.Head} {training.Fit} --seed {training.Seed}"));
        }
        foreach (var metric in bundle.Manifest.Metrics)
            Line(output, metric.Name, $"{metric.Value.ToString(CultureInfo.InvariantCulture)} ({metric.How})");
        foreach (var licence in bundle.Manifest.Licences)
            Line(output, "licence", $"{licence.Name}, {licence.Covers} ({licence.File})");
        if (bundle.Manifest.Card is { } card)
            Line(output, "card", card);
    }

    private static string Describe(Bundle bundle, BundleModel model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{model.File}, {new FileInfo(bundle.PathOf(model)).Length / 1e6:F1} MB, weights stored as {model.Weights}, opset {model.Opset}, sha256 {model.Sha256}");

    private static void Line(TextWriter output, string name, string value) => output.WriteLine($"  {name,-10} {value}");
}
