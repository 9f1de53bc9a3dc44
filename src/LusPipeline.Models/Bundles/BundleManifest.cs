namespace LusPipeline.Models.Bundles;

/// <summary>What <c>manifest.json</c> says. Only <see cref="Inference"/> makes the bundle's id; everything else may be edited.</summary>
public sealed record BundleManifest
{
    public const string FileName = "manifest.json";
    public const int CurrentFormat = 1;

    public required int Format { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <summary>A file of the bundle, for people.</summary>
    public string? Card { get; init; }

    /// <summary>Empty where the manifest says nothing of them.</summary>
    public IReadOnlyList<BundleLicence> Licences { get => field ?? []; init; }

    /// <summary>Empty where the manifest says nothing of them.</summary>
    public IReadOnlyList<BundleMetric> Metrics { get => field ?? []; init; }

    /// <summary>Null where <c>lus models</c> has not checked the bundle, or an earlier version of it did not say so.</summary>
    public BundleCheck? Checked { get; init; }

    public required BundleInference Inference { get; init; }
}

/// <param name="Name">SPDX identifier, or a few words.</param>
/// <param name="Covers">What of the bundle it covers.</param>
/// <param name="File">The file of the bundle with its text.</param>
public sealed record BundleLicence(string Name, string Covers, string File);

/// <param name="Name">accuracy …</param>
/// <param name="Value">The figure, as a fraction where it is one.</param>
/// <param name="How">On which data, split how, measured with what.</param>
public sealed record BundleMetric(string Name, double Value, string How);
