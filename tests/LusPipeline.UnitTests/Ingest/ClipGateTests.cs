using LusPipeline.Media.Cutting;

namespace LusPipeline.UnitTests.Ingest;

public class ClipGateTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_permits_come_at_once_or_not_at_all()
    {
        using var gate = new ClipGate(4);
        await gate.AcquireAsync(2, None);

        var three = gate.AcquireAsync(3, None);

        Assert.False(three.IsCompleted);
        Assert.Equal(2, gate.Free);
        gate.Release();
        await three;
        Assert.Equal(0, gate.Free);
    }

    [Fact]
    public async Task Who_asks_first_is_served_first_even_when_a_later_one_would_fit()
    {
        using var gate = new ClipGate(4);
        await gate.AcquireAsync(2, None);
        var four = gate.AcquireAsync(4, None);

        var one = gate.AcquireAsync(1, None);

        Assert.False(one.IsCompleted);
        gate.Release(2);
        await four;
        Assert.False(one.IsCompleted);
        gate.Release(4);
        await one;
    }

    [Fact]
    public async Task A_video_that_holds_clips_goes_ahead_of_those_that_hold_none()
    {
        using var gate = new ClipGate(3);
        await gate.AcquireAsync(3, None);
        var all = gate.AcquireAsync(3, None);
        var next = gate.AcquireNextAsync(urgent: false, None);

        gate.Release();

        await next;
        Assert.False(all.IsCompleted);
    }

    [Fact]
    public async Task Urgent_videos_go_first_and_a_little_over_the_limit()
    {
        using var gate = new ClipGate(8);
        await gate.AcquireAsync(8, None);
        var routine = gate.AcquireAsync(1, None);

        await gate.AcquireAsync(2, urgent: true, None);
        var urgent = gate.AcquireAsync(3, urgent: true, None);
        Assert.False(urgent.IsCompleted);
        gate.Release(3);
        await urgent;
        Assert.False(routine.IsCompleted);
        gate.Release(3);
        await routine;
        gate.Release(8);
        Assert.Equal(8, gate.Free);
    }

    [Fact]
    public async Task Clips_of_other_workers_do_not_keep_an_urgent_one_out()
    {
        using var gate = new ClipGate(4);
        gate.Occupy(4);
        var routine = gate.AcquireAsync(1, None);

        await gate.AcquireAsync(1, urgent: true, None);

        Assert.False(routine.IsCompleted);
        gate.Release();
        gate.Occupy(0);
        await routine;
    }

    [Fact]
    public async Task Giving_up_lets_the_next_one_through()
    {
        using var gate = new ClipGate(2);
        await gate.AcquireAsync(1, None);
        using var impatience = new CancellationTokenSource();
        var two = gate.AcquireAsync(2, impatience.Token);
        var one = gate.AcquireAsync(1, None);

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await one;
        Assert.Equal(0, gate.Free);
    }

    [Fact]
    public async Task Permits_that_nobody_took_cannot_come_back()
    {
        using var gate = new ClipGate(2);
        await gate.AcquireAsync(1, None);

        Assert.Throws<InvalidOperationException>(() => gate.Release(2));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => gate.AcquireAsync(3, None));
    }

    [Fact]
    public async Task Under_load_permits_are_neither_lost_nor_made()
    {
        using var gate = new ClipGate(5);
        var held = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var count = 1 + (number % 5);
            await gate.AcquireAsync(count, None);
            Assert.InRange(Interlocked.Add(ref held, count), 1, 5);
            await Task.Yield();
            Interlocked.Add(ref held, -count);
            gate.Release(count);
        }));
        Assert.Equal(5, gate.Free);
    }
}
