using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// Exports spans, metrics and logs. Spans always go into the ledger. All three also go to an OTLP collector if
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.
/// </summary>
public static class StudyTelemetry
{
    /// <summary>The <c>service.name</c> of <c>lus run</c>. A worker's has its stages after it.</summary>
    public const string Service = "lus";

    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string VariablePrefix = "OTEL_";

    private static readonly string Instance = Guid.NewGuid().ToString();

    private static bool HasCollector => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable));

    /// <summary>Starts the export of spans and metrics in a process that has no host.</summary>
    /// <returns>Flushes and stops when disposed.</returns>
    public static IDisposable Start(Func<LedgerContext> ledger, TelemetryOptions options, TimeProvider clock)
    {
        var tracing = Sdk.CreateTracerProviderBuilder();
        ConfigureTracing(tracing, Service, _ => new LedgerSpanProcessor(ledger, options, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        var providers = new Providers { tracing.Build() };
        if (HasCollector)
        {
            var metrics = Sdk.CreateMeterProviderBuilder();
            ConfigureMetrics(metrics, Service);
            providers.Add(metrics.Build());
        }
        return providers;
    }

    /// <summary>
    /// Adds the export of spans, metrics and logs to a host. Needs <c>Func&lt;LedgerContext&gt;</c>, <see cref="TelemetryOptions"/> and a <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="service">The <c>service.name</c>, for example <c>lus-ingest</c>; the environment's <c>OTEL_SERVICE_NAME</c> wins over it.</param>
    /// <param name="metrics">Adds further readers of the metrics.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string service, Action<MeterProviderBuilder>? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddOtlpVariables();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => ConfigureTracing(tracing, service, services => new LedgerSpanProcessor(
                services.GetRequiredService<Func<LedgerContext>>(), services.GetRequiredService<TelemetryOptions>(),
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<LedgerSpanProcessor>>())))
            .WithMetrics(meters =>
            {
                ConfigureMetrics(meters, service);
                metrics?.Invoke(meters);
            });
        builder.AddOtlpLogs(service);
    }

    /// <summary>Adds the export of logs to a collector, if one is named.</summary>
    public static void AddOtlpLogs(this IHostApplicationBuilder builder, string service = Service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!HasCollector)
            return;
        builder.AddOtlpVariables();
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(ConfigureResource(ResourceBuilder.CreateDefault(), service)).AddOtlpExporter();
            logs.IncludeFormattedMessage = true;
        });
    }

    private static void ConfigureTracing(TracerProviderBuilder tracing, string service, Func<IServiceProvider, LedgerSpanProcessor> ledger)
    {
        tracing.ConfigureResource(resource => ConfigureResource(resource, service)).AddSource(StageTrace.SourceName).SetSampler(new AlwaysOnSampler()).AddProcessor(ledger);
        if (!HasCollector)
            return;
        if (ExportSampling.From(Environment.GetEnvironmentVariable) is { } sampling)
            tracing.AddProcessor(sampling);
        tracing.AddOtlpExporter();
    }

    private static void ConfigureMetrics(MeterProviderBuilder metrics, string service)
    {
        metrics.ConfigureResource(resource => ConfigureResource(resource, service)).AddMeter(StageMetrics.SourceName, "System.Runtime", "Npgsql");
        if (HasCollector)
            metrics.AddOtlpExporter();
    }

    /// <summary>Environment variables win over these defaults.</summary>
    private static ResourceBuilder ConfigureResource(ResourceBuilder resource, string service) => resource
        .AddService(service, serviceVersion: typeof(StudyTelemetry).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, serviceInstanceId: Instance)
        .AddEnvironmentVariableDetector();

    /// <summary>OpenTelemetry reads its variables from the host's configuration, so they are put there; it holds nothing else.</summary>
    private static void AddOtlpVariables(this IHostApplicationBuilder builder) => builder.Configuration.AddInMemoryCollection(
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(VariablePrefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));

    private sealed class Providers : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(provider => provider.Dispose());
    }
}
