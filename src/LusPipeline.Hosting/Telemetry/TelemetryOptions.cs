using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// How spans get into the ledger. Collectors are named by OpenTelemetry's own variables, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its kin.
/// </summary>
public sealed record TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Spans that wait for the ledger; further ones are dropped and counted.</summary>
    [Range(1, 1_000_000)]
    public int SpanQueue { get; init; } = 16_384;

    /// <summary>Most spans of one statement.</summary>
    [Range(1, Storage.Ledger.SpanWriter.MaxBatch)]
    public int SpanBatch { get; init; } = 512;

    /// <summary>How long spans gather before they are written; the root of a trace waits for nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan SpanDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one batch is tried again while the ledger cannot be written; then it is dropped and counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SpanRetry { get; init; } = TimeSpan.FromSeconds(30);
}
