using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Ledger.Moves;

/// <summary>How workers show that they live.</summary>
public sealed record LeaseOptions : IValidatableObject
{
    public const string Section = "Lease";

    /// <summary>Time from one heartbeat of a worker to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Age of a worker's last heartbeat at which others may take over its work: at least three heartbeats.</summary>
    [Range(typeof(TimeSpan), "00:00:00.3", "01:00:00")]
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Duration < Heartbeat * 3)
            yield return new($"{Section}:{nameof(Duration)} ({Duration}) is shorter than three heartbeats; raise it, or lower {Section}:{nameof(Heartbeat)} ({Heartbeat}).", [nameof(Duration)]);
    }
}
