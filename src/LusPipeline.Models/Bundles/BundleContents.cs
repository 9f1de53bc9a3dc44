namespace LusPipeline.Models.Bundles;

/// <summary>What a new bundle is made of.</summary>
public sealed record BundleContents
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <inheritdoc cref="BundleInference.Preprocess"/>
    public required string Preprocess { get; init; }

    /// <summary>Of the frames that the backbone takes.</summary>
    public required int Height { get; init; }

    /// <summary>Of the frames that the backbone takes.</summary>
    public required int Width { get; init; }

    /// <summary>T, the frames of one clip.</summary>
    public required int Frames { get; init; }

    /// <summary>D, the features of one frame.</summary>
    public required int Features { get; init; }

    /// <inheritdoc cref="BundleInference.Threshold"/>
    public double Threshold { get; init; } = 0.5;

    /// <summary>One for each variant.</summary>
    public required IReadOnlyDictionary<string, ModelSource> Backbones { get; init; }

    /// <summary>Null for a bundle that only makes features.</summary>
    public ModelSource? Head { get; init; }

    /// <summary>The model card in Markdown; becomes <c>README.md</c>.</summary>
    public string? Card { get; init; }

    public IReadOnlyList<LicenceSource> Licences { get; init; } = [];
    public IReadOnlyList<BundleMetric> Metrics { get; init; } = [];
}

/// <param name="Path">An ONNX file.</param>
/// <param name="Weights">How it stores its weights: float32, float16 or int8.</param>
public sealed record ModelSource(string Path, string Weights);

/// <param name="Name">SPDX identifier, or a few words.</param>
/// <param name="Covers">What of the bundle it covers.</param>
/// <param name="Path">A file with its text; copied into the bundle under its own name.</param>
public sealed record LicenceSource(string Name, string Covers, string Path);
