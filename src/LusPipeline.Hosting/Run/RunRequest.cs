using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Run;

/// <summary>What <c>lus run</c> was asked for.</summary>
public sealed record RunRequest
{
    /// <summary>Videos, or folders whose first-level folders are studies. None with <see cref="Archive"/>.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The archive whose loops are analysed; null for <see cref="Paths"/>.</summary>
    public ArchiveOptions? Archive { get; init; }

    public required string Home { get; init; }

    /// <summary>Part of every video's key. It stays the same when the folder moves, so that results stay known.</summary>
    public string Bucket { get; init; } = "local";

    /// <summary>The bundle's folder.</summary>
    public required string Model { get; init; }

    /// <summary>Whether to compute with the model's slim form: see <see cref="Children.FastBundle"/>.</summary>
    public bool Fast { get; init; }

    /// <summary>fp32, fp16 or int8; null for the bundle's best on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>The length of a window; null for one clip for each video.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Time from the start of one window to the start of the next.</summary>
    public TimeSpan Stride { get; init; } = TimeSpan.FromSeconds(2);

    public bool Force { get; init; }

    public bool Watch { get; init; }

    /// <summary>Time from one listing to the next.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(2);

    public VideoLimits Limits { get; init; } = new();
    public InferenceOptions Inference { get; init; } = new();
    public IngestOptions Ingest { get; init; } = new();

    public MediaOptions Media { get; init; } = new();
    public DicomOptions Dicom { get; init; } = new();
    public AttemptOptions Attempts { get; init; } = new();
}
