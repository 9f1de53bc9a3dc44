using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Storage.Ledger;

/// <summary>How the sweeper finds work that nobody is at.</summary>
public sealed record SweepOptions
{
    public const string Section = "Sweep";

    /// <summary>From one sweep to the next; retries are published that exactly.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time after publishing at which a row that nobody started is published again, unless the queue still holds as many messages; doubled each time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RepublishAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest of those times.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan RepublishAtMostAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Rows that one sweep publishes of each stage.</summary>
    [Range(1, 100_000)]
    public int Batch { get; init; } = 1_000;

    /// <summary>From one search for clip objects that no clip needs to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan OrphanInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Age at which such an object is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}
