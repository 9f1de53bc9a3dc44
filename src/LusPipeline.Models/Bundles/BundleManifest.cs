namespace LusPipeline.Models.Bundles;

/// <summary>The content of <c>manifest.json</c>. Only <see cref="Inference"/> decides the bundle's id; everything else may be edited.</summary>
public sealed record BundleManifest
{
    public const string FileName = "manifest.json";
    public const int CurrentFormat = 1;

    private static readonly Dictionary<string, BundleHead> EmptyHeads = [];

    public required int Format { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <summary>Name of the model card's file in the bundle's folder, for people; null if there is none.</summary>
    public string? Card { get; init; }

    /// <summary>The licences; empty if the manifest lists none.</summary>
    public IReadOnlyList<BundleLicence> Licences { get => field ?? []; init; }

    /// <summary>The measured figures; empty if the manifest lists none.</summary>
    public IReadOnlyList<BundleMetric> Metrics { get => field ?? []; init; }

    /// <summary>The last check. Null if <c>lus models</c> has not checked the bundle, or an earlier version did and kept no record.</summary>
    public BundleCheck? Checked { get; init; }

    /// <summary>How the head was trained; null if <c>lus train</c> did not train it.</summary>
    public BundleTraining? Training { get; init; }

    /// <summary>The layers that the features vector consists of; empty if the manifest does not name them.</summary>
    public IReadOnlyList<BundleLayer> Layers { get => field ?? []; init; }

    public required BundleInference Inference { get; init; }

    /// <summary>Further heads by name; empty if there are none. They do not enter the id of the bundle with its own head.</summary>
    public IReadOnlyDictionary<string, BundleHead> Heads { get => field ?? EmptyHeads; init; }

    /// <summary>The manifest of the bundle with one of the further heads instead of its own; null if there is no such head.</summary>
    public BundleManifest? WithHead(string name) => !Heads.TryGetValue(name, out var head) ? null : this with
    {
        Name = $"{Name}-{name}",
        Description = head.Description,
        Metrics = head.Metrics,
        Training = head.Training,
        Checked = head.Checked,
        Heads = EmptyHeads,
        Inference = Inference with { Head = head.Model, Threshold = head.Threshold },
    };

    /// <summary>The layers with the column of the features vector at which each begins, from 0.</summary>
    public IEnumerable<(BundleLayer Layer, int First)> LayersByColumn()
    {
        var first = 0;
        foreach (var layer in Layers)
        {
            yield return (layer, first);
            first += layer.Features;
        }
    }
}

/// <param name="Name">An SPDX identifier, or a short name.</param>
/// <param name="Covers">The part of the bundle that it covers.</param>
/// <param name="File">Name of the file in the bundle's folder that has the licence's text.</param>
public sealed record BundleLicence(string Name, string Covers, string File);

/// <param name="Name">The metric, for example accuracy.</param>
/// <param name="Value">The value; a fraction in [0, 1] for a proportion.</param>
/// <param name="How">How it was measured: the data, the split, and the tool.</param>
public sealed record BundleMetric(string Name, double Value, string How);
