namespace LusPipeline.Models.Bundles;

/// <summary>What a new bundle is made of.</summary>
public sealed record BundleContents
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <inheritdoc cref="BundleInference.Preprocess"/>
    public required string Preprocess { get; init; }

    /// <summary>T, the frames of one clip; must be the head's, where there is one.</summary>
    public int Frames { get; init; } = 20;

    /// <inheritdoc cref="BundleInference.Threshold"/>
    public double Threshold { get; init; } = 0.5;

    /// <summary>The path of an ONNX file for each variant.</summary>
    public required IReadOnlyDictionary<string, string> Backbones { get; init; }

    /// <summary>The path of an ONNX file; null for a bundle that only makes features.</summary>
    public string? Head { get; init; }

    /// <summary>The model card in Markdown; becomes <c>README.md</c>.</summary>
    public string? Card { get; init; }

    public IReadOnlyList<LicenceSource> Licences { get; init; } = [];
    public IReadOnlyList<BundleMetric> Metrics { get; init; } = [];
}

/// <param name="Name">SPDX identifier, or a few words.</param>
/// <param name="Covers">What of the bundle it covers.</param>
/// <param name="Path">A file with its text; copied into the bundle under its own name.</param>
public sealed record LicenceSource(string Name, string Covers, string Path);
