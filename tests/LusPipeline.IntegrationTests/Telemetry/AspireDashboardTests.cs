using System.Text.Json;
using LusPipeline.IntegrationTests.Broker;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>A study's trace as the trace viewer has it: an OTLP backend that this project did not write.</summary>
public sealed class AspireDashboardTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const int Consumer = 5;

    private static readonly string[] Stages = ["ingest", "features", "sequence"];

    [Fact]
    public async Task A_study_is_one_trace_over_all_stages_with_the_attributes_of_messaging()
    {
        using var folder = new TemporaryFolder();
        await using var dashboard = await AspireDashboard.StartAsync(folder.Path);
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        foreach (var stage in Stages)
            fleet.Start(stage, dashboard.Environment);
        await fleet.UploadAsync(fixture.Videos);
        await fleet.FinishedAsync(fixture.VideoCount);
        var studies = await fleet.RowsAsync("SELECT split_part(trace_parent, '-', 2) FROM studies ORDER BY 1");
        Assert.All(await fleet.StopAsync(), ended => Assert.True(ended.ExitCode == 0, ended.ToString()));

        List<(string Service, JsonElement Span)> spans = [];
        await TestBroker.UntilAsync(async () =>
        {
            spans = (await dashboard.SpansAsync())!;
            return studies.All(study => spans.Exists(span => Text(span.Span, "traceId") == study && span.Service == "lus-sequence"));
        });

        Assert.NotEmpty(studies);
        foreach (var study in studies)
        {
            var trace = spans.FindAll(span => Text(span.Span, "traceId") == study);
            Assert.Superset(Stages.Select(stage => $"lus-{stage}").ToHashSet(), trace.Select(span => span.Service).ToHashSet());
            var root = Assert.Single(trace, span => Text(span.Span, "parentSpanId") is null);
            Assert.Equal("study seen", Text(root.Span, "name"));
            var ids = trace.Select(span => Text(span.Span, "spanId")).ToHashSet();
            Assert.All(trace, span => Assert.True(Text(span.Span, "parentSpanId") is not { } parent || ids.Contains(parent), span.ToString()));
            foreach (var stage in Stages)
            {
                var deliveries = trace.FindAll(span => span.Service == $"lus-{stage}" && span.Span.GetProperty("kind").GetInt32() == Consumer);
                Assert.NotEmpty(deliveries);
                foreach (var (_, delivery) in deliveries)
                {
                    var attributes = delivery.GetProperty("attributes").EnumerateArray()
                        .ToDictionary(attribute => attribute.GetProperty("key").GetString()!, attribute => attribute.GetProperty("value").EnumerateObject().Single().Value.ToString());
                    Assert.Equal(
                        ("rabbitmq", "process", $"lus.{stage}"),
                        (attributes["messaging.system"], attributes["messaging.operation.type"], attributes["messaging.destination.name"]));
                }
            }
        }
    }

    private static string? Text(JsonElement span, string property) =>
        span.TryGetProperty(property, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
}
