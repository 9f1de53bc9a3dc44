using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>The arguments of <c>lus features</c>.</summary>
public sealed record FeatureSetRequest
{
    /// <summary>Paths of videos and of folders with videos.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The bundle's folder. The bundle needs no head.</summary>
    public required string Model { get; init; }

    /// <summary>A variant of <see cref="BundleVariant"/>, or null for the best one on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>The layers whose features the set has, of those that the bundle's manifest names; empty for all features.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Draws a <see cref="FrameVariation"/> of each video from this seed; null for the videos as they are.</summary>
    public int? Vary { get; init; }

    /// <summary>The folder of the feature set. It must not exist, or be empty.</summary>
    public required string Out { get; init; }

    /// <summary>Returns the label of a video by its key, which is its path below the folder that was named; null if it has none.</summary>
    public required Func<string, Diagnosis?> Label { get; init; }

    public VideoLimits Limits { get; init; } = new();

    public InferenceOptions Inference { get; init; } = new();

    public IngestOptions Ingest { get; init; } = new();

    public MediaOptions Media { get; init; } = new();
}
