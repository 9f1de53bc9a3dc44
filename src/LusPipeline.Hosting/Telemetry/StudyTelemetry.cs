using LusPipeline.Core.Telemetry;
using LusPipeline.Storage.Ledger;
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
/// Where spans, metrics and logs go: spans always into the ledger, and all three to an OTLP collector where
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> (or the variable of one signal) names one.
/// </summary>
public static class StudyTelemetry
{
    private const string VariablePrefix = "OTEL_";

    private static readonly string Instance = Guid.NewGuid().ToString();

    /// <summary>Spans and metrics of a process that has no host.</summary>
    /// <returns>Flushes and stops when disposed.</returns>
    public static IDisposable Start(Func<LedgerContext> ledger, TelemetryOptions options, TimeProvider clock)
    {
        var tracing = Sdk.CreateTracerProviderBuilder();
        ConfigureTracing(tracing, _ => new LedgerSpanProcessor(ledger, options, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        var providers = new Providers { tracing.Build() };
        if (IsAsked("METRICS"))
        {
            var metrics = Sdk.CreateMeterProviderBuilder();
            ConfigureMetrics(metrics);
            providers.Add(metrics.Build());
        }
        return providers;
    }

    /// <summary>Spans, metrics and logs of a host. Needs <c>Func&lt;LedgerContext&gt;</c>, <see cref="TelemetryOptions"/> and a <see cref="TimeProvider"/>.</summary>
    /// <param name="metrics">Adds further readers of the metrics.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, Action<MeterProviderBuilder>? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddOtlpVariables();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => ConfigureTracing(tracing, services => new LedgerSpanProcessor(
                services.GetRequiredService<Func<LedgerContext>>(), services.GetRequiredService<TelemetryOptions>(),
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<LedgerSpanProcessor>>())))
            .WithMetrics(meters =>
            {
                ConfigureMetrics(meters);
                metrics?.Invoke(meters);
            });
        builder.AddOtlpLogs();
    }

    /// <summary>Logs to a collector, where one is named.</summary>
    public static void AddOtlpLogs(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!IsAsked("LOGS"))
            return;
        builder.AddOtlpVariables();
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(ConfigureResource(ResourceBuilder.CreateDefault())).AddOtlpExporter();
            logs.IncludeFormattedMessage = true;
        });
    }

    private static void ConfigureTracing(TracerProviderBuilder tracing, Func<IServiceProvider, LedgerSpanProcessor> ledger)
    {
        tracing.ConfigureResource(resource => ConfigureResource(resource)).AddSource(StageTrace.SourceName).SetSampler(new AlwaysOnSampler()).AddProcessor(ledger);
        if (IsAsked("TRACES"))
            tracing.AddOtlpExporter();
    }

    private static void ConfigureMetrics(MeterProviderBuilder metrics)
    {
        metrics.ConfigureResource(resource => ConfigureResource(resource)).AddMeter(StageMetrics.SourceName, "System.Runtime");
        if (IsAsked("METRICS"))
            metrics.AddOtlpExporter();
    }

    /// <summary>What the environment says wins.</summary>
    private static ResourceBuilder ConfigureResource(ResourceBuilder resource) => resource
        .AddService("lus", serviceVersion: typeof(StudyTelemetry).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, serviceInstanceId: Instance)
        .AddEnvironmentVariableDetector();

    /// <summary>OpenTelemetry reads its variables from a host's configuration, which has no others.</summary>
    private static void AddOtlpVariables(this IHostApplicationBuilder builder) => builder.Configuration.AddInMemoryCollection(
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(VariablePrefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));

    /// <param name="signal">TRACES, METRICS or LOGS.</param>
    private static bool IsAsked(string signal) =>
        new[] { $"{VariablePrefix}EXPORTER_OTLP_ENDPOINT", $"{VariablePrefix}EXPORTER_OTLP_{signal}_ENDPOINT" }
            .Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));

    private sealed class Providers : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(provider => provider.Dispose());
    }
}
