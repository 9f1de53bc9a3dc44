using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Run;

/// <summary>What <c>lus run</c> was asked for.</summary>
public sealed record RunRequest
{
    /// <summary>Videos, or folders whose first-level folders are studies.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public required string Home { get; init; }

    /// <summary>Part of every video's key, so that a folder that moves stays done.</summary>
    public string Bucket { get; init; } = "local";

    /// <summary>The bundle's folder.</summary>
    public required string Model { get; init; }

    /// <summary>fp32, fp16 or int8; null for the bundle's best on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>Null for one clip a video, else the length of a window.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>From the start of one window to the start of the next.</summary>
    public TimeSpan Stride { get; init; } = TimeSpan.FromSeconds(2);

    public bool Force { get; init; }

    public bool Watch { get; init; }

    /// <summary>From one listing to the next.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(2);

    public VideoLimits Limits { get; init; } = new();
    public InferenceOptions Inference { get; init; } = new();
    public IngestOptions Ingest { get; init; } = new();
    public AttemptOptions Attempts { get; init; } = new();
}
