using LusPipeline.Core.Studies;
using LusPipeline.Media;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>The arguments of <c>lus models compare</c>.</summary>
public sealed record ComparisonRequest
{
    /// <summary>Paths of videos and of folders with videos.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The first bundle's folder and its variant. A null variant means the best one on this machine.</summary>
    public required (string Folder, string? Variant) A { get; init; }

    /// <summary>The second bundle's folder and its variant. A null variant means the best one on this machine.</summary>
    public required (string Folder, string? Variant) B { get; init; }

    public VideoLimits Limits { get; init; } = new();

    public InferenceOptions Inference { get; init; } = new();

    public IngestOptions Ingest { get; init; } = new();

    public MediaOptions Media { get; init; } = new();
}
