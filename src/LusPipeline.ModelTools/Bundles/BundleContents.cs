using LusPipeline.Models.Bundles;

namespace LusPipeline.ModelTools.Bundles;

/// <summary>The contents of a new bundle.</summary>
public sealed record BundleContents
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <inheritdoc cref="BundleInference.Preprocess"/>
    public required string Preprocess { get; init; }

    /// <summary>T, the number of frames of one clip. It must equal the head's, if there is one.</summary>
    public int Frames { get; init; } = 20;

    /// <inheritdoc cref="BundleInference.Threshold"/>
    public double Threshold { get; init; } = 0.5;

    /// <summary>The path of the backbone's ONNX file for each variant.</summary>
    public required IReadOnlyDictionary<string, string> Backbones { get; init; }

    /// <summary>The path of the head's ONNX file; null for a bundle that only makes features.</summary>
    public string? Head { get; init; }

    /// <summary>Further heads by name.</summary>
    public IReadOnlyDictionary<string, HeadSource> Heads { get; init; } = new Dictionary<string, HeadSource>();

    /// <summary>The model card in Markdown. It is written to <c>README.md</c>.</summary>
    public string? Card { get; init; }

    /// <inheritdoc cref="BundleManifest.Layers"/>
    public IReadOnlyList<BundleLayer> Layers { get; init; } = [];

    public IReadOnlyList<LicenceSource> Licences { get; init; } = [];
    public IReadOnlyList<BundleMetric> Metrics { get; init; } = [];

    /// <inheritdoc cref="BundleManifest.Training"/>
    public BundleTraining? Training { get; init; }

    /// <summary>All that a bundle holds, for a new bundle that changes a part of it.</summary>
    public static BundleContents Of(Bundle source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var manifest = source.Manifest;
        return new()
        {
            Name = manifest.Name,
            Version = manifest.Version,
            Description = manifest.Description,
            Preprocess = manifest.Inference.Preprocess,
            Frames = source.Frames,
            Threshold = source.Threshold,
            Backbones = source.Variants.ToDictionary(variant => variant, variant => source.PathOf(source.Backbone(variant))),
            Head = source.HasHead ? source.PathOf(source.Head) : null,
            Heads = manifest.Heads.ToDictionary(head => head.Key, head => new HeadSource(source.PathOf(head.Value.Model), head.Value)),
            Card = manifest.Card is { } card ? File.ReadAllText(Path.Combine(source.Folder, card)) : null,
            Layers = manifest.Layers,
            Licences = [.. manifest.Licences.Select(licence => new LicenceSource(licence.Name, licence.Covers, Path.Combine(source.Folder, licence.File)))],
            Metrics = manifest.Metrics,
            Training = manifest.Training,
        };
    }

    /// <summary>These contents with the head of another bundle as a further head.</summary>
    /// <param name="other">The bundle with the head.</param>
    /// <param name="source">The bundle of these contents.</param>
    /// <param name="name">The head's name.</param>
    /// <exception cref="BundleException">The bundles have different backbones, or the name is taken.</exception>
    public BundleContents WithHeadOf(Bundle other, Bundle source, string name)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var differing = source.Variants.Union(other.Variants).Where(variant =>
            !source.Variants.Contains(variant) || !other.Variants.Contains(variant) || source.Backbone(variant).Sha256 != other.Backbone(variant).Sha256).ToList();
        if (differing.Count > 0 || source.Frames != other.Frames || Preprocess != other.Manifest.Inference.Preprocess)
        {
            throw new BundleException(
                $"The head of '{other.Folder}' reads the features of other backbones than those of '{source.Folder}'. Make both from the same backbones ({string.Join(", ", source.Variants)}).");
        }
        if (Heads.ContainsKey(name))
            throw new BundleException($"'{source.Folder}' has a head '{name}' already. Give another name.");
        var facts = new BundleHead
        {
            Model = other.Head,
            Threshold = other.Threshold,
            Description = other.Manifest.Description,
            Metrics = other.Manifest.Metrics,
            Training = other.Manifest.Training,
        };
        return this with { Heads = new Dictionary<string, HeadSource>(Heads) { [name] = new(other.PathOf(other.Head), facts) } };
    }

    /// <summary>The backbones of a bundle and their licences, for a new bundle with another head.</summary>
    /// <param name="source">The bundle.</param>
    /// <param name="name">The new bundle's name.</param>
    public static BundleContents WithBackbonesOf(Bundle source, string name)
    {
        var all = Of(source);
        var head = source.HasHead ? source.Head.File : null;
        return all with
        {
            Name = name,
            Version = "1",
            Description = null,
            Head = null,
            Heads = new Dictionary<string, HeadSource>(),
            Card = null,
            Licences = [.. all.Licences.Where(licence => licence.Covers != head)],
            Metrics = [],
            Training = null,
        };
    }
}

/// <param name="Path">The path of a further head's ONNX file.</param>
/// <param name="Facts">What the manifest says of it. Its model and its check are replaced.</param>
public sealed record HeadSource(string Path, BundleHead Facts);

/// <param name="Name">An SPDX identifier, or a short name.</param>
/// <param name="Covers">The part of the bundle that it covers.</param>
/// <param name="Path">The path of a file with the licence's text. It is copied into the bundle under its own name.</param>
public sealed record LicenceSource(string Name, string Covers, string Path);
