namespace LusPipeline.Models.Bundles;

/// <summary>How a head was trained by <c>lus train</c>. It does not change results, so it is not part of the bundle's id.</summary>
public sealed record BundleTraining
{
    /// <summary>The version of the program that trained it.</summary>
    public required string Lus { get; init; }

    /// <summary>The seed of the first member.</summary>
    public required int Seed { get; init; }

    /// <summary>The number of heads whose probabilities are averaged.</summary>
    public required int Members { get; init; }

    /// <summary>The layers, as options of <c>lus train fit</c>.</summary>
    public required string Head { get; init; }

    /// <summary>How it was trained, as options of <c>lus train fit</c>.</summary>
    public required string Fit { get; init; }

    /// <summary>Whether the training was ended before its last epoch.</summary>
    public bool EndedEarly { get; init; }

    /// <summary>The temperature in the head's graph; 1 if its probabilities were not calibrated.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The name of the feature set.</summary>
    public required string Features { get; init; }

    /// <summary>The first and the last column of the features vector that the head reads, from 0, as <c>2048-2775</c>; null if it reads all.</summary>
    public string? Columns { get; init; }

    /// <summary>The fold on whose train side it was trained; null if it was trained on all clips.</summary>
    public string? Fold { get; init; }

    /// <summary>The number of clips that it was trained on.</summary>
    public required int Clips { get; init; }

    /// <summary>The number of their patients; null if they were not known.</summary>
    public int? Patients { get; init; }

    /// <summary>For each training clip the SHA-256 of its features (float32, little endian), 64 lower-case hex digits: says whether a clip was trained on.</summary>
    public IReadOnlyList<string> Contents { get => field ?? []; init; }

    /// <summary>
    /// The SHA-256 sums of the files of the videos, 64 lower-case hex digits each, as far as they were known: says whether a video was trained on, whatever
    /// computed its features.
    /// </summary>
    public IReadOnlyList<string> Videos { get => field ?? []; init; }

    /// <summary>The names of the further feature sets that it was trained on; empty if there were none.</summary>
    public IReadOnlyList<string> Further { get => field ?? []; init; }
}
