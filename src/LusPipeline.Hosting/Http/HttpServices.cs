using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace LusPipeline.Hosting.Http;

/// <summary>Registers the server for health and metrics.</summary>
public static class HttpServices
{
    /// <summary>
    /// Adds <c>/health/live</c>, <c>/health/ready</c>, <c>/health/started</c> and <c>/metrics</c>. Needs a <see cref="TimeProvider"/>. The
    /// server starts before every other service and stops after them. <see cref="LoopWatchdog"/> is added even without a server.
    /// </summary>
    public static void AddHttp(this IHostApplicationBuilder builder, HttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.TryAddSingleton<LoopWatchdog>();
        builder.Services.AddHealthChecks();
        // The answer tells which check fails. A log line for every probe would bury the rest.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (options.Url is null)
            return;
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddPrometheusExporter());
        builder.Services.AddHostedService(services => new HttpServer(
            options, ActivatorUtilities.CreateInstance<HealthEndpoints>(services), services.GetRequiredService<HealthCheckService>(), services.GetService<MeterProvider>()));
    }

    /// <summary>Adds one thing that <c>/health/ready</c> asks for.</summary>
    /// <param name="check">Gives a function that asks: null when the thing is there, or a short reason without secrets and without names of files.</param>
    public static IServiceCollection AddReadyCheck(this IServiceCollection services, string name, Func<IServiceProvider, Func<CancellationToken, Task<string?>>> check)
    {
        services.AddKeyedSingleton(name, (provider, _) => new ReadyCheck(check(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddHealthChecks().Add(new(name, provider => provider.GetRequiredKeyedService<ReadyCheck>(name), HealthStatus.Unhealthy, [HealthEndpoints.Ready]));
        return services;
    }
}
