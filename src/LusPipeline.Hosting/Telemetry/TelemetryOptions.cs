using System.ComponentModel.DataAnnotations;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// How spans get into the ledger. Collectors are named by OpenTelemetry's own variables: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its kin.
/// </summary>
public sealed record TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Most spans that wait to be written to the ledger. Further ones are dropped and counted.</summary>
    [Range(1, 1_000_000)]
    public int SpanQueue { get; init; } = 16_384;

    /// <summary>Most spans that one statement writes.</summary>
    [Range(1, SpanWriter.MaxBatch)]
    public int SpanBatch { get; init; } = 512;

    /// <summary>Time that spans gather before they are written. The root of a trace is written at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan SpanDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time that one batch of spans is tried again while the ledger cannot be written. Then it is dropped and counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SpanRetry { get; init; } = TimeSpan.FromSeconds(30);
}
