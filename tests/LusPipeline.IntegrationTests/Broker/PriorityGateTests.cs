using System.Collections.Concurrent;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>Two classes of service on one stage.</summary>
public sealed class PriorityGateTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Urgent_clips_go_before_routine_ones_that_the_worker_already_holds()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        using var proceed = new SemaphoreSlim(0);
        var handled = new BlockingCollection<int>();
        await using var worker = await TestWorker.StartAsync(
            broker.Options,
            async (clip, stop) =>
            {
                handled.Add(TestBroker.NumberOf(clip), CancellationToken.None);
                await proceed.WaitAsync(stop);
            },
            concurrency: 1);
        await worker.Bus.PublishAsync(TestBroker.Clip(0), Cancellation);
        Assert.True(handled.TryTake(out var first, TestBroker.Patience));
        Assert.Equal(0, first);
        for (var number = 1; number < 6; number++)
            await worker.Bus.PublishAsync(TestBroker.Clip(number), Cancellation);
        // The worker holds two of each class: one routine clip is in work, the next waits for its place.
        await TestBroker.UntilAsync(() => Task.FromResult(worker.Waiting(urgent: false) == 1));
        await worker.Bus.PublishAsync(TestBroker.Clip(10, urgent: true), Cancellation);
        await worker.Bus.PublishAsync(TestBroker.Clip(11, urgent: true), Cancellation);
        await TestBroker.UntilAsync(() => Task.FromResult(worker.Waiting(urgent: true) == 2));

        var order = new List<int>();
        for (var next = 0; next < 7; next++)
        {
            proceed.Release();
            Assert.True(handled.TryTake(out var clip, TestBroker.Patience));
            order.Add(clip);
        }
        proceed.Release();

        // Within a class, those that come at one time may change places.
        Assert.Equal([10, 11], order.Take(2).Order());
        Assert.Equal([1, 2, 3, 4, 5], order.Skip(2).Order());
    }

    [Fact]
    public async Task Both_classes_together_take_no_more_places_than_the_stage_has()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        int running = 0, most = 0, done = 0;
        var all = new TaskCompletionSource();
        await using var worker = await TestWorker.StartAsync(
            broker.Options with { PrefetchFeatures = 20 },
            async (_, stop) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Delay(2, stop);
                Interlocked.Decrement(ref running);
                if (Interlocked.Increment(ref done) == 200)
                    all.SetResult();
            },
            concurrency: 3);
        await Parallel.ForAsync(0, 200, Cancellation, async (number, cancellation) => await worker.Bus.PublishAsync(TestBroker.Clip(number, number % 2 == 0), cancellation));

        await all.Task.WaitAsync(TestBroker.Patience, Cancellation);

        Assert.Equal(3, most);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
