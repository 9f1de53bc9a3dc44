using System.Text;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>Spans and metrics leave over OTLP where a collector is named.</summary>
public sealed class OtlpExportTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public async Task A_named_collector_gets_every_stages_spans_and_metrics()
    {
        using var folder = new TemporaryFolder();
        await using var collector = new Collector();

        var run = await LusProcess.RunAsync(
            ["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model, "--json"], environment: collector.Environment);

        Assert.Equal(0, run.ExitCode);
        foreach (var span in new[] { "study seen", "probe", "decode", "features", "sequence" })
            Assert.Contains(span, collector.Traces, StringComparison.Ordinal);
        var trace = Convert.FromHexString(run.Studies[0].GetProperty("traceId").GetString()!);
        Assert.Contains(Encoding.Latin1.GetString(trace), collector.Traces, StringComparison.Ordinal);
        foreach (var metric in new[]
        {
            "lus.clips", "lus.frames", "lus.videos", "lus.batch.size", "lus.queue.wait", "lus.stage.duration", "lus.decode.duration",
            "lus.model.info", "lus.clips.in_flight", "lus.sandbox.info",
        })
            Assert.Contains(metric, collector.Metrics, StringComparison.Ordinal);
    }
}
