using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>Spans leave over OTLP where a collector is named.</summary>
public sealed class OtlpExportTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public async Task A_named_collector_gets_every_stages_spans_and_no_file_name()
    {
        using var folder = new TemporaryFolder();
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/";
        collector.Prefixes.Add(address);
        collector.Start();
        var bodies = new ConcurrentQueue<byte[]>();
        var collecting = CollectAsync(collector, bodies);

        var run = await LusProcess.RunAsync(
            ["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model, "--json"],
            environment: new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" });
        collector.Stop();
        await collecting;

        Assert.Equal(0, run.ExitCode);
        var text = string.Concat(bodies.Select(Encoding.Latin1.GetString));
        foreach (var span in new[] { "study seen", "probe", "decode", "features", "sequence" })
            Assert.Contains(span, text, StringComparison.Ordinal);
        var trace = Convert.FromHexString(run.Studies[0].GetProperty("traceId").GetString()!);
        Assert.Contains(Encoding.Latin1.GetString(trace), text, StringComparison.Ordinal);
        foreach (var name in new[] { "top.mov", "a.webm", "c.gif", "b.avi" })
            Assert.DoesNotContain(name, text, StringComparison.Ordinal);
    }

    private static async Task CollectAsync(HttpListener collector, ConcurrentQueue<byte[]> bodies)
    {
        while (collector.IsListening)
        {
            HttpListenerContext request;
            try
            {
                request = await collector.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await request.Request.InputStream.CopyToAsync(body);
            bodies.Enqueue(body.ToArray());
            request.Response.Close();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
