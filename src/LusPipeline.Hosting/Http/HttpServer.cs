using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace LusPipeline.Hosting.Http;

/// <summary>
/// A small web server for probes and metrics. It is a web application of its own, so that its logs, signals and environment do not mix with
/// the worker's. It stops after all other services, so that probes get an answer while the worker stops.
/// </summary>
internal sealed class HttpServer(HttpOptions options, HealthEndpoints health, HealthCheckService checks, MeterProvider? metrics)
    : IHostedLifecycleService, IAsyncDisposable
{
    private const int MostConnections = 100;

    private WebApplication? _app;

    /// <summary>The address that it listens at. The system chooses the port if the setting asks for port 0.</summary>
    public Uri Address => new(_app!.Urls.First());

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var app = Build();
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            _app = app;
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new HttpException(
                $"{HttpOptions.Section}:{nameof(HttpOptions.Url)} is {options.Url}, and {Reason(refused)} "
                + "Give another address or port, or set it to nothing to do without health and metrics.",
                refused);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _app is { } app ? app.StopAsync(cancellationToken) : Task.CompletedTask;

    public ValueTask DisposeAsync() => _app is { } app ? app.DisposeAsync() : ValueTask.CompletedTask;

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>().AddSingleton(checks).AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        var app = builder.Build();
        health.Map(app);
        if (metrics is not null)
            app.MapPrometheusScrapingEndpoint("/metrics", metrics, null, null);
        return app;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        var limit = new ConnectionLimit(MostConnections);
        if (options.Address is { } address)
            kestrel.Listen(address, options.Url!.Port, Limit);
        else
            kestrel.ListenLocalhost(options.Url!.Port, Limit);

        void Limit(ListenOptions listen) => listen.Use(next => connection => limit.ServeAsync(connection, next));
    }

    private static string Reason(Exception refused) => (refused.InnerException ?? refused) switch
    {
        AddressInUseException => "another program listens there.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "that port is not open to this user.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "it is not an address of this machine.",
        SocketException socket => $"the system refuses it ({socket.SocketErrorCode}).",
        _ => "the system refuses it.",
    };
}
