using LusPipeline.Hosting.Broker;

namespace LusPipeline.UnitTests.Broker;

/// <summary>A stage's places.</summary>
public sealed class PriorityGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_place_goes_to_the_first_that_waits_and_to_urgent_ones_before_all_others()
    {
        var places = new PriorityGate(1);
        var held = await places.EnterAsync(urgent: false, Cancellation);
        var routine = places.EnterAsync(urgent: false, Cancellation);
        var urgent = places.EnterAsync(urgent: true, Cancellation);
        var later = places.EnterAsync(urgent: true, Cancellation);

        held.Dispose();
        (await urgent).Dispose();
        (await later).Dispose();
        (await routine).Dispose();

        Assert.True(places.EnterAsync(urgent: false, Cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_place_that_is_kept_for_urgent_ones_is_taken_by_no_other()
    {
        var places = new PriorityGate(1, forUrgent: 1);
        var held = await places.EnterAsync(urgent: false, Cancellation);
        var routine = places.EnterAsync(urgent: false, Cancellation);

        var urgent = await places.EnterAsync(urgent: true, Cancellation);
        var second = places.EnterAsync(urgent: true, Cancellation);
        Assert.False(second.IsCompleted);
        urgent.Dispose();
        (await second).Dispose();

        Assert.False(routine.IsCompleted);
        held.Dispose();
        (await routine).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_place_to_the_next()
    {
        var places = new PriorityGate(1);
        var held = await places.EnterAsync(urgent: false, Cancellation);
        using var stop = new CancellationTokenSource();
        var givesUp = places.EnterAsync(urgent: true, stop.Token);
        var next = places.EnterAsync(urgent: false, Cancellation);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.False(next.IsCompleted);
        held.Dispose();

        (await next).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => places.EnterAsync(urgent: true, stop.Token));
        Assert.True(places.EnterAsync(urgent: false, Cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_place_that_is_given_back_twice_counts_once()
    {
        var places = new PriorityGate(1);
        var held = await places.EnterAsync(urgent: false, Cancellation);
        held.Dispose();
        held.Dispose();

        using var again = await places.EnterAsync(urgent: false, Cancellation);

        Assert.False(places.EnterAsync(urgent: false, Cancellation).IsCompleted);
    }

    [Fact]
    public async Task Cancelling_at_the_moment_of_ones_turn_loses_no_place()
    {
        var places = new PriorityGate(1);
        for (var turn = 0; turn < 2000; turn++)
        {
            var held = await places.EnterAsync(urgent: false, Cancellation);
            using var stop = new CancellationTokenSource();
            var waits = places.EnterAsync(urgent: turn % 2 == 0, stop.Token);

            await Task.WhenAll(Task.Run(held.Dispose, Cancellation), Task.Run(stop.Cancel, Cancellation));
            try
            {
                (await waits).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Its turn did not come.
            }
        }

        Assert.True(places.EnterAsync(urgent: false, Cancellation).IsCompletedSuccessfully);
    }
}
