using LusPipeline.Core.Studies;
using LusPipeline.Media;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>What <c>lus models compare</c> is asked for.</summary>
public sealed record ComparisonRequest
{
    /// <summary>Videos, and folders of videos.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>A bundle's folder and its variant; null for the best on this machine.</summary>
    public required (string Folder, string? Variant) A { get; init; }

    /// <inheritdoc cref="A"/>
    public required (string Folder, string? Variant) B { get; init; }

    public VideoLimits Limits { get; init; } = new();

    public InferenceOptions Inference { get; init; } = new();

    public IngestOptions Ingest { get; init; } = new();
}
