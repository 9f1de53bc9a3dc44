using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Ledger.Republishing;

/// <summary>How the sweeper finds work that nobody is at.</summary>
public sealed record SweepOptions
{
    public const string Section = "Sweep";

    /// <summary>Time from one sweep to the next. A retry is published at most this much late.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Time after publishing at which a row that nobody started is published again, unless the queue still holds as many messages. It doubles with each
    /// time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RepublishAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Upper bound of <see cref="RepublishAfter"/> as it doubles.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan RepublishAtMostAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most rows of each stage that one sweep publishes.</summary>
    [Range(1, 100_000)]
    public int Batch { get; init; } = 1_000;

    /// <summary>Time from one search for orphans to the next. Orphans are clip objects that no clip needs, and uploads that were never finished.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan OrphanInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Age at which an orphan is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}
