using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using LusPipeline.IntegrationTests.Broker;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>
/// The trace viewer of docker-compose.yml as a plain process. <c>tests/run.sh deploy</c> fetches the program and names it in
/// <c>LUS_ASPIRE_DASHBOARD</c>.
/// </summary>
internal sealed class AspireDashboard : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _receiver;

    private AspireDashboard(Process process, string page, string receiver)
    {
        _process = process;
        _client = new() { BaseAddress = new(page) };
        _receiver = receiver;
    }

    /// <summary>What a process has to be told to send its traces here.</summary>
    public (string Key, string Value)[] Environment =>
        [("OTEL_EXPORTER_OTLP_ENDPOINT", _receiver), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_BSP_SCHEDULE_DELAY", "100")];

    public static async Task<AspireDashboard> StartAsync(string folder)
    {
        var program = System.Environment.GetEnvironmentVariable("LUS_ASPIRE_DASHBOARD");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "The Aspire dashboard is missing: tests/run.sh deploy fetches it, or set LUS_ASPIRE_DASHBOARD to its program.");
        var (page, receiver, second) = ($"http://127.0.0.1:{FreePort.Find()}", $"http://127.0.0.1:{FreePort.Find()}", $"http://127.0.0.1:{FreePort.Find()}");
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in new[]
        {
            ("ASPNETCORE_URLS", page), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", receiver), ("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", second),
            ("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", "true"), ("Dashboard__Api__Enabled", "true"), ("Dashboard__Api__AuthMode", "Unsecured"), ("HOME", folder),
        })
        {
            start.Environment[key] = value;
        }
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var dashboard = new AspireDashboard(process, page, receiver);
        await TestBroker.UntilAsync(async () => process.HasExited || await dashboard.SpansAsync() is not null);
        Assert.False(process.HasExited, "The dashboard ended at once.");
        return dashboard;
    }

    /// <summary>All spans that it has, each with the name of its service; null while it does not answer.</summary>
    public async Task<List<(string Service, JsonElement Span)>?> SpansAsync()
    {
        try
        {
            var answer = await _client.GetFromJsonAsync<JsonElement>("/api/telemetry/spans?limit=10000", TestContext.Current.CancellationToken);
            return
            [
                .. from resource in answer.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
                   let service = resource.GetProperty("resource").GetProperty("attributes").EnumerateArray()
                       .Single(attribute => attribute.GetProperty("key").GetString() == "service.name").GetProperty("value").GetProperty("stringValue").GetString()!
                   from scope in resource.GetProperty("scopeSpans").EnumerateArray()
                   from span in scope.GetProperty("spans").EnumerateArray()
                   select (service, span),
            ];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
