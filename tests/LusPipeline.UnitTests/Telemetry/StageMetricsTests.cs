using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Telemetry;

public sealed class StageMetricsTests
{
    [Fact]
    public void An_attempt_that_tells_nothing_was_interrupted()
    {
        using var measured = new Measurements();

        new StageAttempt("untold").Dispose();

        Assert.Contains("lus.stage=untold,lus.outcome=interrupted", measured.Labels("lus.stage.duration"));
        Assert.DoesNotContain(measured.Labels("lus.failures"), labels => labels.Contains("untold", StringComparison.Ordinal));
    }

    [Fact]
    public void A_failed_attempt_counts_once_by_its_last_outcome()
    {
        using var measured = new Measurements();

        using (var attempt = new StageAttempt("told"))
        {
            attempt.Ended(StageAttempt.Retried, ReasonCode.DecodeTimeout);
            attempt.Ended(StageAttempt.Failed, ReasonCode.DecodeTimeout);
        }

        Assert.Equal(["lus.stage=told,lus.outcome=failed"], measured.Labels("lus.stage.duration").Where(labels => labels.Contains("told", StringComparison.Ordinal)));
        Assert.Equal([1], measured.Values("lus.failures", "lus.stage=told,lus.outcome=failed,lus.reason=decode_timeout"));
    }

    [Fact]
    public void A_wait_between_two_clocks_is_never_negative()
    {
        using var measured = new Measurements();

        StageMetrics.Waited("skewed", TimeSpan.FromSeconds(-3));
        StageMetrics.Waited("skewed", TimeSpan.FromSeconds(2));

        Assert.Equal([0, 2], measured.Values("lus.queue.wait", "lus.stage=skewed"));
    }

    [Fact]
    public void An_open_model_is_shown_until_it_is_closed()
    {
        using var measured = new Measurements();
        const string Labels = "lus.provider=Cpu,lus.variant=int8,lus.bundle=0123456789ab";

        using (StageMetrics.ModelOpened("Cpu", "int8", "0123456789abcdef"))
        {
            measured.Observe();
            Assert.Equal([1], measured.Values("lus.model.info", Labels));
        }
        measured.Observe();

        Assert.Single(measured.Values("lus.model.info", Labels));
    }

    [Fact]
    public void A_heartbeat_ages_until_the_worker_stops()
    {
        using var measured = new Measurements();
        var clock = new FakeTimeProvider();

        StageMetrics.HeartbeatWritten(clock);
        clock.Advance(TimeSpan.FromSeconds(7));
        measured.Observe();
        StageMetrics.HeartbeatsEnded();
        measured.Observe();

        Assert.Equal([7], measured.Values("lus.heartbeat.age", ""));
    }
}
