using LusPipeline.Core.Telemetry;
using LusPipeline.Storage.Ledger;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>Where spans go: always into the ledger, and to an OTLP collector where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.</summary>
public static class StudyTelemetry
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <returns>Flushes and stops when disposed.</returns>
    public static TracerProvider Start(Func<LedgerContext> ledger)
    {
        var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("lus", serviceVersion: typeof(StudyTelemetry).Assembly.GetName().Version?.ToString(3)))
            .AddSource(StageTrace.SourceName)
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(new BatchActivityExportProcessor(
                new LedgerSpanExporter(ledger), maxQueueSize: 16_384, scheduledDelayMilliseconds: 1_000, maxExportBatchSize: 2_048));
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
            tracing.AddOtlpExporter();
        return tracing.Build();
    }
}
