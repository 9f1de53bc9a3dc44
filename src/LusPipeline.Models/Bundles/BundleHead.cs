using System.Text.Json.Serialization;

namespace LusPipeline.Models.Bundles;

/// <summary>A further head of a bundle. It reads the features of the same backbones; with it, the bundle has another id.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BundleHead
{
    public required BundleModel Model { get; init; }

    /// <inheritdoc cref="BundleInference.Threshold"/>
    public required double Threshold { get; init; }

    /// <inheritdoc cref="BundleManifest.Description"/>
    public string? Description { get; init; }

    /// <inheritdoc cref="BundleManifest.Metrics"/>
    public IReadOnlyList<BundleMetric> Metrics { get => field ?? []; init; }

    /// <inheritdoc cref="BundleManifest.Training"/>
    public BundleTraining? Training { get; init; }

    /// <summary>The last check of the bundle with this head.</summary>
    public BundleCheck? Checked { get; init; }
}
