using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace LusPipeline.Hosting.Http;

/// <summary>
/// A small web server beside the work. It is an application of its own, so that nothing of it (logs, signals, environment) mixes with
/// the worker's, and it outlives the other services: probes get an answer while the worker stops.
/// </summary>
internal sealed class HttpServer(HttpOptions options, HealthReports reports, MeterProvider? metrics) : IHostedLifecycleService, IAsyncDisposable
{
    private const string Metrics = "/metrics";
    private WebApplication? _app;

    /// <summary>Where it listens: the port is the system's choice where the address asks for port 0.</summary>
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
                $"{HttpOptions.Section}:{nameof(HttpOptions.Url)} is {options.Url}, and {Reason(refused)} Give another address or port, or set it to nothing to do without health and metrics.", refused);
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
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        var app = builder.Build();
        if (metrics is not null)
            app.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, context => context.Request.Path == Metrics, null, null, null);
        app.Run(AnswerAsync);
        return app;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = 100;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        if (options.Address is { } address)
            kestrel.Listen(address, options.Url!.Port);
        else
            kestrel.ListenLocalhost(options.Url!.Port);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var answer = context.Request.Path.Value switch
        {
            "/health/live" => reports.Live(),
            "/health/started" => reports.Started(),
            "/health/ready" => await reports.ReadyAsync(context.RequestAborted).ConfigureAwait(false),
            _ => null,
        };
        if (answer is null || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
        {
            context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
            return;
        }
        context.Response.StatusCode = answer.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, HealthJson.Default.HealthAnswer, context.RequestAborted).ConfigureAwait(false);
    }

    private static string Reason(Exception refused) => (refused.InnerException ?? refused) switch
    {
        AddressInUseException => "another program listens there.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "that port is not open to this user.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "that is no address of this machine.",
        SocketException socket => $"the system refuses it ({socket.SocketErrorCode}).",
        _ => "the system refuses it.",
    };

    /// <summary>Signals are the worker's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
