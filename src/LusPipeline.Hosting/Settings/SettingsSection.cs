using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Media;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Settings;

/// <summary>A section of the configuration and the record that it fills.</summary>
/// <param name="Options">A sealed record with init properties, defaults, and data annotations that say what is allowed.</param>
public sealed record SettingsSection(string Name, Type Options)
{
    /// <summary>All sections but <see cref="Logging"/>, which .NET reads itself.</summary>
    public static IReadOnlyList<SettingsSection> All { get; } =
    [
        new(VideoLimits.Section, typeof(VideoLimits)),
        new(IngestOptions.Section, typeof(IngestOptions)),
        new(MediaOptions.Section, typeof(MediaOptions)),
        new(DicomOptions.Section, typeof(DicomOptions)),
        new(InferenceOptions.Section, typeof(InferenceOptions)),
        new(AttemptOptions.Section, typeof(AttemptOptions)),
        new(DatabaseOptions.Section, typeof(DatabaseOptions)),
        new(S3Options.Section, typeof(S3Options)),
        new(ArchiveOptions.Section, typeof(ArchiveOptions)),
        new(ReportOptions.Section, typeof(ReportOptions)),
        new(LeaseOptions.Section, typeof(LeaseOptions)),
        new(SweepOptions.Section, typeof(SweepOptions)),
        new(WatchOptions.Section, typeof(WatchOptions)),
        new(ModelOptions.Section, typeof(ModelOptions)),
        new(ClipPlanOptions.Section, typeof(ClipPlanOptions)),
        new(WorkerOptions.Section, typeof(WorkerOptions)),
        new(BrokerOptions.Section, typeof(BrokerOptions)),
        new(NotificationOptions.Section, typeof(NotificationOptions)),
        new(TelemetryOptions.Section, typeof(TelemetryOptions)),
        new(HttpOptions.Section, typeof(HttpOptions)),
        new(WebOptions.Section, typeof(WebOptions)),
    ];

    /// <summary>Levels by category, as .NET's logging reads them.</summary>
    public const string Logging = "Logging";

    /// <summary>The name of a key's environment variable.</summary>
    public static string VariableOf(string key) => ConfigurationSources.EnvironmentPrefix + key.Replace(":", "__", StringComparison.Ordinal);
}
