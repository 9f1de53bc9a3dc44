using LusPipeline.Hosting.Http;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Http;

public sealed class LoopWatchdogTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_loop_stands_when_a_turn_takes_longer_than_its_limit()
    {
        var loops = new LoopWatchdog(_clock);
        using var sweep = loops.Watch("sweep", TimeSpan.FromSeconds(30));
        using var watch = loops.Watch("watch", TimeSpan.FromMinutes(5));

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([("sweep", false), ("watch", false)], loops.All);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([("sweep", true), ("watch", false)], loops.All);

        sweep.Beat();
        Assert.Equal([("sweep", false), ("watch", false)], loops.All);
    }

    [Fact]
    public void A_loop_that_rests_does_not_stand()
    {
        var loops = new LoopWatchdog(_clock);
        using var watch = loops.Watch("watch", TimeSpan.FromSeconds(30));

        watch.Beat(rest: TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromSeconds(3_630));
        Assert.Equal([("watch", false)], loops.All);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([("watch", true)], loops.All);
    }

    [Fact]
    public void A_loop_that_ended_is_not_missed()
    {
        var loops = new LoopWatchdog(_clock);
        loops.Watch("sweep", TimeSpan.FromSeconds(1)).Dispose();

        _clock.Advance(TimeSpan.FromSeconds(100));

        Assert.Empty(loops.All);
    }
}
