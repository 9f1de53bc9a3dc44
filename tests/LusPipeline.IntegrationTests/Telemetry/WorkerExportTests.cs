using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>What a worker sends to an OTLP collector, and how it fares with one that is of no use.</summary>
public sealed partial class WorkerExportTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string Name = "Mueller^Hans";

    [Fact]
    public async Task A_collector_gets_a_trace_a_study_metrics_and_logs_and_no_name()
    {
        await using var collector = new Collector();
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Start("all", [.. collector.Environment.Select(variable => (variable.Key, variable.Value!))]);
        await UploadAsync(fleet, Name);
        await UploadAsync(fleet, "Meier");
        await fleet.FinishedAsync(4);
        var traces = await fleet.RowsAsync("SELECT split_part(trace_parent, '-', 2) FROM studies ORDER BY 1");
        var ended = Assert.Single(await fleet.StopAsync());

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal(traces, TraceIds(collector.Traces));
        foreach (var span in new[] { "study seen", "probe", "decode", "features", "sequence", "not_a_video" })
            Assert.Contains(span, collector.Traces, StringComparison.Ordinal);
        foreach (var text in new[] { "messaging.system", "rabbitmq", "messaging.operation.type", "messaging.destination.name", "lus.ingest", "lus.features", "lus.sequence", "error.type", "lus-all" })
            Assert.Contains(text, collector.Traces, StringComparison.Ordinal);
        foreach (var metric in new[] { "db.client.", "lus.clips", "lus.frames", "lus.videos", "lus.queue.wait", "lus.stage.duration", "lus.decode.duration", "lus.failures", "dotnet.gc.collections" })
            Assert.Contains(metric, collector.Metrics, StringComparison.Ordinal);
        Assert.Contains("Worker of all is ready", collector.Logs, StringComparison.Ordinal);
        foreach (var told in new[] { collector.Traces, collector.Metrics, collector.Logs, ended.ErrorText, string.Join('\n', ended.Output) })
        {
            foreach (var name in new[] { "Mueller", "Hans", "Meier", ".mp4", ".avi", "incoming/" })
                Assert.DoesNotContain(name, told, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_is_down_or_never_answers_costs_neither_a_result_nor_the_stop(bool listens)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        if (!listens)
            silent.Stop();
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        var worker = fleet.Start(
            "all", ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}/"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"));
        await UploadAsync(fleet, "p1");

        await fleet.FinishedAsync(2);
        var stopping = Stopwatch.StartNew();
        var ended = await fleet.StopAsync(worker);

        Assert.True(ended.ExitCode == 0, ended.ToString());
        // The grace period, which a platform waits for.
        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(25));
        Assert.Equal(2, await fleet.ScalarAsync("SELECT count(*) FROM spans WHERE name = 'probe'"));
    }

    /// <summary>A video and what claims to be one.</summary>
    private async Task UploadAsync(Fleet fleet, string study)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), folder[$"{study}-good.mp4"]);
        await File.WriteAllTextAsync(folder[$"{study}-text.avi"], $"{study} was here, and this is no video at all.", TestContext.Current.CancellationToken);
        await fleet.UploadAsync(folder.Path, $"incoming/{study}/");
    }

    /// <summary>Of spans as OTLP has them: fields 1 and 2 are the ids of 16 and 8 bytes.</summary>
    private static List<string> TraceIds(string traces) =>
        [.. SpanIds().Matches(traces).Select(match => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(match.Groups[1].Value))).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex("\n\x10(.{16})\x12\x08", RegexOptions.Singleline)]
    private static partial Regex SpanIds();
}
