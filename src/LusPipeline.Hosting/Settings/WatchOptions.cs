using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Hosting.Settings;

/// <summary>How ingest workers watch the bucket.</summary>
public sealed record WatchOptions
{
    public const string Section = "Watch";

    /// <summary>Time from one listing to the next. It may be long where notifications say what is new.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time from one listing of everything to the next, where a watched prefix holds the day. It finds what came late to an older day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan FullInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Time without anything new after which a study whose videos are all final is complete.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Name of an object below a study that says that nothing more comes, so that the study does not wait for <see cref="QuietPeriod"/>. Empty: no
    /// marker.
    /// </summary>
    public string Marker { get; init; } = ".complete";

    internal string? MarkerName => Marker.Length == 0 ? null : Marker;
}
