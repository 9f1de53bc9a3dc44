using System.Diagnostics;
using LusPipeline.Hosting.Telemetry;

namespace LusPipeline.UnitTests.Telemetry;

public sealed class ExportSamplingTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("parentbased_always_on", null)]
    [InlineData("traceidratio", null)]
    public void Without_a_choice_everything_is_sent(string? sampler, string? argument) => Assert.Null(From(sampler, argument));

    [Theory]
    [InlineData("always_off", null, 0, 0)]
    [InlineData("traceidratio", "0.25", 180, 320)]
    [InlineData("parentbased_traceidratio", "1", 1000, 1000)]
    public void The_share_of_traces_that_is_sent_is_the_one_that_was_asked_for(string sampler, string? argument, int least, int most)
    {
        using var sampling = From(sampler, argument)!;

        var sent = Enumerable.Range(0, 1000).Count(_ => IsSent(sampling, ActivityTraceId.CreateRandom()));

        Assert.InRange(sent, least, most);
    }

    [Fact]
    public void A_trace_is_sent_whole_or_not_at_all()
    {
        using var one = From("traceidratio", "0.5")!;
        using var other = From("parentbased_traceidratio", "0.5")!;

        foreach (var trace in Enumerable.Range(0, 100).Select(_ => ActivityTraceId.CreateRandom()))
            Assert.Equal(IsSent(one, trace), IsSent(other, trace));
    }

    [Theory]
    [InlineData("sometimes", null, "OTEL_TRACES_SAMPLER")]
    [InlineData("traceidratio", "5 %", "OTEL_TRACES_SAMPLER_ARG")]
    [InlineData("traceidratio", "1.5", "OTEL_TRACES_SAMPLER_ARG")]
    public void What_is_wrong_is_named(string sampler, string? argument, string variable) =>
        Assert.StartsWith($"{variable} is ", Assert.Throws<TelemetryException>(() => From(sampler, argument)).Message, StringComparison.Ordinal);

    private static ExportSampling? From(string? sampler, string? argument) =>
        ExportSampling.From(variable => variable == ExportSampling.Variable ? sampler : argument);

    private static bool IsSent(ExportSampling sampling, ActivityTraceId trace)
    {
        using var span = new Activity("decode").SetParentId(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
        sampling.OnEnd(span);
        return span.Recorded;
    }
}
