using LusPipeline.Models.Bundles;

namespace LusPipeline.Training.Fitting;

/// <summary>What a bundle says of its head's training.</summary>
public sealed record TrainedBundleFacts
{
    /// <summary>The bundle's name.</summary>
    public required string Name { get; init; }

    /// <summary>The feature set's folder. Only its last part is recorded.</summary>
    public required string FeatureSet { get; init; }

    /// <summary>The folders of further sets that it was trained on. Only their last parts are recorded.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>A result whose highest probability is below it is uncertain; null for the source bundle's.</summary>
    public double? Threshold { get; init; }

    /// <summary>The fold on whose train side the head was trained; null for all clips.</summary>
    public string? Fold { get; init; }

    /// <summary>Whether it is known which patient a clip is of.</summary>
    public bool PatientsKnown { get; init; }

    /// <summary>The first column of the features vector that the head reads, from 0.</summary>
    public int FirstColumn { get; init; }

    /// <summary>T > 0: see <see cref="FittedHead.WriteOnnx"/>.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Whether the training was ended before its last epoch.</summary>
    public bool EndedEarly { get; init; }

    /// <summary>What was measured of this head.</summary>
    public IReadOnlyList<BundleMetric> Metrics { get; init; } = [];
}
