using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>What <c>lus features</c> is asked for.</summary>
public sealed record FeatureSetRequest
{
    /// <summary>Videos, and folders of videos.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The bundle's folder; it needs no head.</summary>
    public required string Model { get; init; }

    /// <summary>One of <see cref="BundleVariant"/>, or null for the best on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>The set's folder: new, or empty.</summary>
    public required string Out { get; init; }

    /// <summary>The label of a video by its key, its path below the folder that was named; null when it has none.</summary>
    public required Func<string, Diagnosis?> Label { get; init; }

    public VideoLimits Limits { get; init; } = new();

    public InferenceOptions Inference { get; init; } = new();

    public IngestOptions Ingest { get; init; } = new();
}
