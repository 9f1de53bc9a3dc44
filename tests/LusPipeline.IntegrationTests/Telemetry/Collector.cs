using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>An OTLP collector that keeps what it gets.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _requests = new();
    private readonly Task _collecting;
    private readonly string _address = $"http://127.0.0.1:{FreePort.Find()}/";

    public Collector()
    {
        _listener.Prefixes.Add(_address);
        _listener.Start();
        _collecting = CollectAsync();
    }

    /// <summary>What a process has to be told to send here.</summary>
    public Dictionary<string, string?> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
    };

    public string Traces => Text("/v1/traces");

    public string Metrics => Text("/v1/metrics");

    public string Logs => Text("/v1/logs");

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _collecting;
    }

    private string Text(string path) => string.Concat(_requests.Where(request => request.Path == path).Select(request => Encoding.Latin1.GetString(request.Body)));

    private async Task CollectAsync()
    {
        while (true)
        {
            HttpListenerContext request;
            try
            {
                request = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await request.Request.InputStream.CopyToAsync(body);
            _requests.Enqueue((request.Request.Url!.AbsolutePath, body.ToArray()));
            request.Response.Close();
        }
    }
}
