using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Ledger.Moves;

/// <summary>How often work is tried.</summary>
public sealed record AttemptOptions
{
    public const string Section = "Attempts";

    /// <summary>Starts without an end after which a video or clip counts as crashed.</summary>
    [Range(1, 100)]
    public int MaxStarts { get; init; } = 3;

    /// <summary>Transient failures after which a video or clip fails.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; init; } = 3;

    /// <summary>Wait before the first retry. Each further retry waits twice as long as the one before.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest time of an attempt at features or sequence. Native code cannot be stopped, so the process ends, and the attempt counts as one that crashed
    /// it. Ingest has <c>Ingest:DecodeTimeout</c>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
