using System.Diagnostics;
using LusPipeline.Core.Telemetry;

namespace LusPipeline.UnitTests.Telemetry;

public sealed class StageTraceTests : IDisposable
{
    private static readonly Guid Study = Guid.NewGuid();
    private static readonly DateOnly Day = new(2026, 1, 31);
    private static readonly string Parent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == StageTrace.SourceName,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public StageTraceTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Where_nothing_was_delivered_spans_are_internal_and_belong_to_the_studys_trace()
    {
        using var span = StageTrace.Start("features", Parent, Study, Day);

        Assert.Equal(ActivityKind.Internal, span!.Kind);
        Assert.Equal(Parent, span.ParentId);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Key.StartsWith("messaging.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_delivery_is_a_consumers_span_with_a_link_to_its_producer_and_steps_inside()
    {
        var producer = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        await HandleAsync();

        Assert.Null(Delivery.Current);

        async Task HandleAsync()
        {
            new Delivery("rabbitmq", "lus.ingest", producer).Begin();
            await Task.Yield();
            using var span = StageTrace.Start("ingest", Parent, Study, Day);
            using var step = StageTrace.Step("decode", Parent, Study, Day);

            Assert.Equal((ActivityKind.Consumer, ActivityKind.Internal), (span!.Kind, step!.Kind));
            Assert.Equal((Parent, span.Id), (span.ParentId, step.ParentId));
            Assert.Equal(producer.SpanId, Assert.Single(span.Links).Context.SpanId);
            Assert.Empty(step.Links);
            Assert.Equal(
                [("messaging.system", "rabbitmq"), ("messaging.operation.type", "process"), ("messaging.operation.name", "process"), ("messaging.destination.name", "lus.ingest")],
                span.TagObjects.Where(tag => tag.Key.StartsWith("messaging.", StringComparison.Ordinal)).Select(tag => (tag.Key, (string)tag.Value!)));
        }
    }

    [Fact]
    public void A_failure_says_its_reason_in_our_words_and_in_those_of_the_conventions()
    {
        using var span = StageTrace.Start("features", Parent, Study, Day);

        span.Fail("crashed");

        Assert.Equal(("crashed", "crashed", ActivityStatusCode.Error), (span!.GetTagItem("lus.reason"), span.GetTagItem("error.type"), span.Status));
    }
}
