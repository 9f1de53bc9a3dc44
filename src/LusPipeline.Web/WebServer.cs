using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.RateLimiting;
using LusPipeline.Hosting.Settings;
using LusPipeline.Web.Api;
using LusPipeline.Web.Assets;
using LusPipeline.Web.Pages;
using LusPipeline.Web.Safety;
using LusPipeline.Web.Shown;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Web;

/// <summary>The pages and the API of <c>lus serve</c>.</summary>
public sealed class WebServer : IAsyncDisposable
{
    private const int MostConnections = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _rehearsed;

    private WebServer(WebApplication app)
    {
        _app = app;
        _rehearsed = Task.Run(() => PageEndpoints.RehearseAsync(app.Services, _stopped.Token));
    }

    /// <summary>The address that it listens at. The system chooses the port if the setting asks for port 0.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts to listen.</summary>
    /// <param name="models">Names or folders of the bundles whose cards are shown.</param>
    /// <param name="patience">How long an answer may take; 20 s if left out.</param>
    /// <exception cref="WebException">The address cannot be listened at, or the certificate cannot be used.</exception>
    public static async Task<WebServer> StartAsync(
        WebOptions options, WebLedger ledger, IReadOnlyList<string> models, CancellationToken cancellation, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var app = Build(options, ledger, models, patience ?? Patience);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
            return new(app);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new WebException($"{WebOptions.Section}:{nameof(WebOptions.Url)} is {options.Url}, and {Reason(refused)} Give another address or port.", refused);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _rehearsed.ConfigureAwait(false);
        _stopped.Dispose();
        await _app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(WebOptions options, WebLedger ledger, IReadOnlyList<string> models, TimeSpan patience)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        var access = new AccessRule(options);
        Configure(builder.Services, options, ledger, models, patience);
        // What hinders the start is an exception of its own.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Http.Timeouts", LogLevel.None).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options, access.IsOpen));
        var app = builder.Build();

        var guard = new RequestGuard(new HostRule(options.Hosts), access);
        app.Use(next => context => FaultAnswers.HandleAsync(context, next));
        app.Use(next => context => guard.HandleAsync(context, next));
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.UseResponseCompression();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.Use(next => context => AnswerTags.HandleAsync(context, next)));
        app.UseRouting();
        app.MapGet(RequestGuard.Health, () => TypedResults.Text("live\n")).ExcludeFromDescription();
        app.MapAssets();
        app.MapApi();
        app.MapClips();
        app.MapPages();
        return app;
    }

    private static void Configure(IServiceCollection services, WebOptions options, WebLedger ledger, IReadOnlyList<string> models, TimeSpan patience)
    {
        services.AddSingleton<IHostLifetime, CallersLifetime>().AddSingleton(TimeProvider.System).AddSingleton(ledger).AddSingleton<ShownLedger>().AddSingleton<ShownClips>();
        services.AddSingleton(new ShownModels(models)).AddSingleton<PageWriter>();
        services.AddRouting().AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new()
        {
            Timeout = patience,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = FaultAnswers.GiveUpAsync,
        });
        services.ConfigureHttpJsonOptions(json =>
        {
            ApiJson.Configure(json.SerializerOptions);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        services.AddResponseCompression(compression =>
        {
            // Nothing secret stands in an answer beside what a request chose, so compression gives nothing away.
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/x-ndjson", "image/svg+xml"];
        });
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, int>(_ => RateLimitPartition.GetConcurrencyLimiter(
                0, _ => new() { PermitLimit = options.Requests, QueueLimit = options.Requests, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));
            limits.OnRejected = async (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "2";
                await FaultAnswers.WriteAsync(rejected.HttpContext, "Very many ask at this moment. Try again.").ConfigureAwait(false);
            };
        });
        ApiDocument.Add(services);
    }

    /// <param name="ownOnly">Whether connections of this machine's other users are refused.</param>
    private static void Listen(KestrelServerOptions kestrel, WebOptions options, bool ownOnly)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 60;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        if (options.Address is { } address)
            kestrel.Listen(address, options.Url.Port, Configure);
        else
            kestrel.ListenLocalhost(options.Url.Port, Configure);

        void Configure(ListenOptions listen)
        {
            if (ownOnly)
            {
                listen.Use(next => connection =>
                {
                    if (LoopbackPeer.IsOwn(connection.RemoteEndPoint as IPEndPoint, connection.LocalEndPoint as IPEndPoint))
                        return next(connection);
                    connection.Abort(new ConnectionAbortedException("The connection is another user's."));
                    return Task.CompletedTask;
                });
            }
            if (options.IsEncrypted)
                listen.UseHttps(Certificate(options));
        }
    }

    private static X509Certificate2 Certificate(WebOptions options)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.CertificateKeyFile);
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WebException(
                $"{WebOptions.Section}:{nameof(WebOptions.CertificateFile)} and {nameof(WebOptions.CertificateKeyFile)} cannot be used ({unusable.Message.TrimEnd('.')}). "
                + "Name PEM files of a certificate and of its private key, and let this user read them.", unusable);
        }
    }

    private static string Reason(Exception refused) => (refused.InnerException ?? refused) switch
    {
        AddressInUseException => "another program listens there.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "that port is not open to this user.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "it is not an address of this machine.",
        SocketException socket => $"the system refuses it ({socket.SocketErrorCode}).",
        _ => "the system refuses it.",
    };

    /// <summary>Leaves signals to the command that serves.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
