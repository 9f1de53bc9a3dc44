using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Hosting.Workers;

/// <summary>How ingest workers watch the bucket.</summary>
public sealed record WatchOptions
{
    public const string Section = "Watch";

    /// <summary>From one listing to the next. May be long where notifications say what is new.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From one listing of everything to the next, where the watched prefixes hold the day: what came late to an older day is found then.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan FullInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Time without anything new after which a study whose videos are all final is complete.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Name of an object below a study that says that nothing more comes to it, so that it need not wait; empty for none.</summary>
    public string Marker { get; init; } = ".complete";

    internal string? MarkerName => Marker.Length == 0 ? null : Marker;
}
