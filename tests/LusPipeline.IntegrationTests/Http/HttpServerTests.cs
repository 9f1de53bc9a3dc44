using System.Net;
using System.Net.Sockets;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.IntegrationTests.Http;

/// <summary>The server for health and metrics in a host as small as can be.</summary>
public sealed class HttpServerTests : IDisposable
{
    private static readonly HttpOptions AnyPort = new() { Url = new("http://127.0.0.1:0") };

    private readonly HttpClient _client = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_worker_is_ready_when_everything_it_needs_is_there()
    {
        const string Broker = "does not answer";
        using var host = Host(services => services
            .AddReadyCheck("broker", _ => _ => Task.FromResult<string?>(Broker))
            .AddReadyCheck("database", _ => _ => Task.FromResult<string?>(null)));
        await host.StartAsync(Cancellation);

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, """{"checks":[{"name":"broker","healthy":false,"reason":"does not answer"},{"name":"database","healthy":true}],"healthy":false}"""),
            await GetAsync(host, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/started")).Status);
    }

    [Fact]
    public async Task Connections_that_say_nothing_do_not_keep_a_probe_out()
    {
        using var host = Host(_ => { });
        await host.StartAsync(Cancellation);
        var address = Server(host).Address;
        var silent = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 400; number++)
            {
                silent.Add(new TcpClient());
                await silent[^1].ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
                if (number % 2 == 0)
                    await silent[^1].GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: "u8.ToArray(), Cancellation);
            }
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(TimeSpan.FromSeconds(20));

            using var answer = await _client.GetAsync(new Uri(address, "/health/live"), limit.Token);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            // The oldest of them are closed, so they are bounded too.
            Assert.True(await EndsAsync(silent[1].GetStream(), limit.Token));
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public void It_is_not_open_to_other_machines_unless_told() => Assert.True(IPAddress.IsLoopback(new HttpOptions().Address!));

    [Fact]
    public async Task What_a_check_throws_stays_inside()
    {
        using var host = Host(services => services
            .AddReadyCheck("broker", _ => _ => throw new InvalidOperationException("amqp://lus:hunter2@rabbit"))
            .AddReadyCheck("database", _ => _ => Task.FromException<string?>(new TimeoutException("hunter2"))));
        await host.StartAsync(Cancellation);

        var (status, text) = await GetAsync(host, "/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("fails (InvalidOperationException)", text, StringComparison.Ordinal);
        Assert.Contains("does not answer in time", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_in_quick_succession_ask_the_servers_once()
    {
        var asked = 0;
        var clock = new FakeTimeProvider();
        using var host = Host(services => services.AddReadyCheck("database", _ => _ => Task.FromResult<string?>(++asked > 1 ? "asked again" : null)), clock);
        await host.StartAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/ready")).Status);
        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(host, "/health/ready")).Status);
    }

    [Fact]
    public async Task A_loop_that_stands_still_makes_the_process_not_live()
    {
        var clock = new FakeTimeProvider();
        using var host = Host(_ => { }, clock);
        await host.StartAsync(Cancellation);
        using var loop = host.Services.GetRequiredService<LoopWatchdog>().Watch("sweep", TimeSpan.FromSeconds(30));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/live")).Status);
        clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, """{"checks":[{"name":"sweep","healthy":false,"reason":"stands still"}],"healthy":false}"""),
            await GetAsync(host, "/health/live"));
    }

    [Fact]
    public async Task It_answers_while_the_host_starts_and_while_it_stops()
    {
        using var host = Host(services => services.AddHostedService<Prober>());

        await host.StartAsync(Cancellation);
        var prober = host.Services.GetServices<IHostedService>().OfType<Prober>().Single();
        Assert.Equal([("/health/live", HttpStatusCode.OK), ("/health/started", HttpStatusCode.ServiceUnavailable)], prober.Starting);
        await host.StopAsync(Cancellation);

        Assert.Equal([("/health/live", HttpStatusCode.OK), ("/health/ready", HttpStatusCode.ServiceUnavailable)], prober.Stopping);
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync(prober.Live, Cancellation));
    }

    [Fact]
    public async Task While_it_stops_it_is_not_ready_and_asks_no_server()
    {
        var asked = 0;
        using var host = Host(services => services.AddReadyCheck("database", _ => _ => Task.FromResult<string?>($"asked {++asked}")));
        await host.StartAsync(Cancellation);

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, """{"checks":[{"name":"host","healthy":false,"reason":"is stopping"}],"healthy":false}"""),
            await GetAsync(host, "/health/ready"));
        Assert.Equal(0, asked);
        Assert.Equal((HttpStatusCode.OK, """{"checks":[{"name":"host","healthy":true}],"healthy":true}"""), await GetAsync(host, "/health/started"));
        Assert.Equal((HttpStatusCode.OK, """{"checks":[],"healthy":true}"""), await GetAsync(host, "/health/live"));
    }

    [Fact]
    public async Task Metrics_are_there_for_Prometheus_and_spans_get_into_the_ledger()
    {
        using var folder = new TemporaryFolder();
        var open = await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation);
        var builder = Builder(TimeProvider.System);
        builder.Services.AddSingleton(open).AddSingleton(new TelemetryOptions());
        builder.AddTelemetry("lus-test");
        var study = Guid.NewGuid();
        using (var host = builder.Build())
        {
            await host.StartAsync(Cancellation);
            StageMetrics.ClipsFinished(Stage.Features.Name(), 3);
            StageMetrics.Waited(Stage.Features.Name(), TimeSpan.FromSeconds(2));
            using (var seen = new StudySeen("study seen", study, new DateOnly(2026, 11, 24)))
                seen.Keep();

            var (status, text) = await GetAsync(host, "/metrics");

            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Matches("(?m)^lus_clips_total\\{[^}]*lus_stage=\"features\"[^}]*\\} [0-9]+", text);
            Assert.Matches("(?m)^lus_queue_wait_seconds_bucket\\{[^}]*lus_stage=\"features\"[^}]*le=\"2\\.5\"[^}]*\\} [0-9]+", text);
            Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
            await host.StopAsync(Cancellation);
        }
        await using var ledger = open();
        Assert.Equal("study seen", (await ledger.Spans.SingleAsync(span => span.StudyId == study, Cancellation)).Name);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_its_key()
    {
        using var first = Host(_ => { });
        await first.StartAsync(Cancellation);
        using var second = Host(_ => { }, options: new() { Url = Server(first).Address });

        var failure = await Assert.ThrowsAsync<HttpException>(() => second.StartAsync(Cancellation));

        Assert.StartsWith($"Http:Url is {Server(first).Address}, and another program listens there.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_there_is_no_server()
    {
        using var host = Host(_ => { }, options: new() { Url = null });
        await host.StartAsync(Cancellation);

        Assert.Empty(host.Services.GetServices<IHostedService>().OfType<HttpServer>());
        Assert.Empty(host.Services.GetRequiredService<LoopWatchdog>().All);
    }

    [Fact]
    public async Task It_answers_nothing_else()
    {
        using var host = Host(_ => { });
        await host.StartAsync(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(host, "/")).Status);
        using var posted = await _client.PostAsync(new Uri(Server(host).Address, "/health/live"), new StringContent(""), Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.Empty(posted.Headers.Server);
        using var question = new HttpRequestMessage(HttpMethod.Head, new Uri(Server(host).Address, "/health/live"));
        using var headers = await _client.SendAsync(question, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (headers.StatusCode, headers.Content.Headers.ContentType?.ToString()));
        Assert.True(headers.Headers.CacheControl?.NoStore);
    }

    /// <summary>Waits for the end of a connection, in order or not.</summary>
    private static async Task<bool> EndsAsync(Stream stream, CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], cancellation) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static IHost Host(Action<IServiceCollection> services, TimeProvider? clock = null, HttpOptions? options = null)
    {
        var builder = Builder(clock ?? TimeProvider.System, options);
        services(builder.Services);
        return builder.Build();
    }

    private static HostApplicationBuilder Builder(TimeProvider clock, HttpOptions? options = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Services.AddSingleton(clock);
        builder.AddHttp(options ?? AnyPort);
        return builder;
    }

    private static HttpServer Server(IHost host) => host.Services.GetServices<IHostedService>().OfType<HttpServer>().Single();

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(IHost host, string path)
    {
        using var response = await _client.GetAsync(new Uri(Server(host).Address, path), Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Another service of the host, which asks for its health.</summary>
    private sealed class Prober(IServiceProvider services) : IHostedService, IDisposable
    {
        private readonly HttpClient _client = new();

        public List<(string Path, HttpStatusCode Status)> Starting { get; } = [];

        public List<(string Path, HttpStatusCode Status)> Stopping { get; } = [];

        public Uri Live => new(Address, "/health/live");

        private Uri Address => services.GetServices<IHostedService>().OfType<HttpServer>().Single().Address;

        public Task StartAsync(CancellationToken cancellationToken) => AskAsync(Starting, "/health/live", "/health/started");

        public Task StopAsync(CancellationToken cancellationToken) => AskAsync(Stopping, "/health/live", "/health/ready");

        public void Dispose() => _client.Dispose();

        private async Task AskAsync(List<(string, HttpStatusCode)> answers, params string[] paths)
        {
            foreach (var path in paths)
            {
                using var response = await _client.GetAsync(new Uri(Address, path), Cancellation);
                answers.Add((path, response.StatusCode));
            }
        }
    }
}
