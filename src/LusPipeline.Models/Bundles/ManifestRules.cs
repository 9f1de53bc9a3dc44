using System.Text.RegularExpressions;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Models.Bundles;

/// <summary>The rules that a manifest must satisfy.</summary>
internal static partial class ManifestRules
{
    private const int MaxSide = 4096;
    private const int MaxFrames = 1000;
    private const int MaxFeatures = 65_536;
    private static readonly string[] WeightStorages = ["float32", "float16", "int8"];

    /// <summary>The first rule that the manifest breaks, as a message; null if it breaks none.</summary>
    public static string? FirstFault(BundleManifest manifest)
    {
        if (manifest.Format != BundleManifest.CurrentFormat)
            return $"format {manifest.Format} is not known to this version, which reads format {BundleManifest.CurrentFormat}; update lus or import the model again";
        if (!Label().IsMatch(manifest.Name))
            return "name must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit";
        if (!Label().IsMatch(manifest.Version))
            return "version must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit";
        if (manifest.Card is { } card && !FileName().IsMatch(card))
            return FileNameFault("card", card);
        if (manifest.Licences.Contains(null!) || manifest.Metrics.Contains(null!) || manifest.Layers.Contains(null!) || manifest.Inference.Backbones.Values.Contains(null!))
            return "null stands where an object should";
        if (manifest.Licences.FirstOrDefault(licence => !FileName().IsMatch(licence.File)) is { } outside)
            return FileNameFault("licences", outside.File);
        if (manifest.Training is { } training && FirstFault(training) is { } fault)
            return fault;
        return FirstFault(manifest.Inference) ?? FirstFault(manifest.Name, manifest.Heads) ?? FirstFault(manifest.Layers, manifest.Inference.Features);
    }

    private static string? FirstFault(BundleTraining training)
    {
        if (training.Members < 1 || training.Clips < 1 || training.Patients < 1)
            return "training.members, training.clips and training.patients must be at least 1";
        if (training.Temperature is not (> 0 and <= 1e6))
            return "training.temperature must be above 0";
        if (training.Contents.FirstOrDefault(content => content is null || !Sha256().IsMatch(content)) is not null || training.Contents.Contains(null!))
            return "training.contents must be SHA-256 sums of 64 lower-case hex digits";
        if (training.Videos.FirstOrDefault(video => video is null || !Sha256().IsMatch(video)) is not null || training.Videos.Contains(null!))
            return "training.videos must be SHA-256 sums of 64 lower-case hex digits";
        return null;
    }

    private static string? FirstFault(BundleInference inference)
    {
        if (inference.Height is < 1 or > MaxSide || inference.Width is < 1 or > MaxSide)
            return $"inference.height and inference.width must be 1 to {MaxSide}";
        if (inference.Frames is < 1 or > MaxFrames)
            return $"inference.frames must be 1 to {MaxFrames}";
        if ((long)inference.Frames * inference.Height * inference.Width * 3 > int.MaxValue)
            return "a clip of inference.frames × height × width × 3 bytes is over 2 GiB";
        if (inference.Features is < 1 or > MaxFeatures)
            return $"inference.features must be 1 to {MaxFeatures}";
        if (!Word().IsMatch(inference.Preprocess))
            return "inference.preprocess must be a lower-case word";
        if (!inference.Classes.SequenceEqual(DiagnosisNames.All))
            return $"inference.classes must be {string.Join(", ", DiagnosisNames.All)}, in this order";
        if (inference.Threshold is not (>= 0 and <= 1))
            return "inference.threshold must be between 0 and 1";
        if (inference.Backbones.Count == 0)
            return "inference.backbones is empty";
        foreach (var (variant, backbone) in inference.Backbones)
        {
            if (!BundleVariant.All.Contains(variant))
                return $"inference.backbones has the unknown variant '{Shown(variant)}'; known are {string.Join(", ", BundleVariant.All)}";
            if (FirstFault($"inference.backbones.{variant}", backbone) is { } fault)
                return fault;
        }
        return inference.Head is { } head ? FirstFault("inference.head", head) : null;
    }

    private static string? FirstFault(string bundle, IReadOnlyDictionary<string, BundleHead> heads)
    {
        foreach (var (name, head) in heads)
        {
            if (!Label().IsMatch($"{bundle}-{name}") || !Label().IsMatch(name))
                return $"heads has the name '{Shown(name)}'; a head's name is letters, digits, '.', '_' or '-', begins with a letter or digit, and has up to 63 characters with the bundle's name";
            if (head is null || head.Metrics.Contains(null!))
                return $"null stands in heads.{name} where an object should";
            if (head.Threshold is not (>= 0 and <= 1))
                return $"heads.{name}.threshold must be between 0 and 1";
            if ((head.Training is { } training ? FirstFault(training) : null) is { } untrue)
                return $"heads.{name}: {untrue}";
            if (FirstFault($"heads.{name}.model", head.Model) is { } fault)
                return fault;
        }
        return null;
    }

    private static string? FirstFault(IReadOnlyList<BundleLayer> layers, int features)
    {
        if (layers.FirstOrDefault(layer => !LayerName().IsMatch(layer.Name)) is { } named)
            return $"layers has the name '{Shown(named.Name)}'; a layer's name is 1 to 200 characters without blanks and commas";
        if (layers.GroupBy(layer => layer.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"layers names '{Shown(twice.Key)}' twice";
        if (layers.Any(layer => layer.Features < 1) || (layers.Count > 0 && layers.Sum(layer => (long)layer.Features) != features))
            return $"layers must have 1 or more features each, and {features} together, as inference.features says";
        return null;
    }

    private static string? FirstFault(string where, BundleModel model)
    {
        if (!FileName().IsMatch(model.File))
            return FileNameFault(where + ".file", model.File);
        if (!Sha256().IsMatch(model.Sha256))
            return $"{where}.sha256 must be 64 lower-case hex digits";
        if (!WeightStorages.Contains(model.Weights))
            return $"{where}.weights must be one of {string.Join(", ", WeightStorages)}";
        return null;
    }

    private static string FileNameFault(string where, string name) =>
        $"{where} names '{Shown(name)}'; a bundle's files lie in its own folder, so it must be a plain file name";

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\A[^\s\p{C},]{1,200}\z")]
    private static partial Regex LayerName();

    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,31}\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();
}
