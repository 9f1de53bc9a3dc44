using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace LusPipeline.Hosting.Http;

/// <summary>Gives a host its server for health and metrics.</summary>
public static class HttpServices
{
    internal const string ReadyTag = "ready";

    /// <summary>
    /// Adds <c>/health/live</c>, <c>/health/ready</c>, <c>/health/started</c> and <c>/metrics</c>. Needs a <see cref="TimeProvider"/>. The
    /// server starts before every other service and stops after them; <see cref="LoopWatchdog"/> is there also without it.
    /// </summary>
    public static void AddHttp(this IHostApplicationBuilder builder, HttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.TryAddSingleton<LoopWatchdog>();
        builder.Services.AddHealthChecks();
        // A check that fails is told by the answer; a line of log for every question would bury the rest.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (options.Url is null)
            return;
        builder.Services.AddSingleton<HealthReports>();
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddPrometheusExporter());
        builder.Services.AddHostedService(services => new HttpServer(options, services.GetRequiredService<HealthReports>(), services.GetService<MeterProvider>()));
    }

    /// <summary>Adds one thing that <c>/health/ready</c> asks for.</summary>
    /// <param name="check">Gives what <see cref="ReadyCheck"/> asks.</param>
    public static IServiceCollection AddReadyCheck(this IServiceCollection services, string name, Func<IServiceProvider, Func<CancellationToken, Task<string?>>> check)
    {
        services.AddHealthChecks().Add(new HealthCheckRegistration(name, provider => new ReadyCheck(check(provider)), HealthStatus.Unhealthy, [ReadyTag]));
        return services;
    }
}
