using System.Collections.Concurrent;
using System.Diagnostics;
using LusPipeline.Core.Stages;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>A worker that stops while it works.</summary>
public sealed class GracefulStopTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_was_not_finished_goes_back_at_once()
    {
        await using var broker = await TestBroker.NewAsync(servers, options => options with { DeliveryLimit = 2 });
        var done = new ConcurrentBag<int>();
        using var begun = new CountdownEvent(2);
        await using var worker = await TestWorker.StartAsync(
            broker.Options with { PrefetchFeatures = 8 },
            async (clip, stop) =>
            {
                if (TestBroker.NumberOf(clip) >= 10)
                {
                    begun.Signal();
                    await Task.Delay(Timeout.Infinite, stop);
                }
                done.Add(TestBroker.NumberOf(clip));
            });
        for (var number = 0; number < 30; number++)
            await worker.Bus.PublishAsync(TestBroker.Clip(number, urgent: number < 10), Cancellation);
        Assert.True(begun.Wait(TestBroker.Patience, Cancellation));
        var time = Stopwatch.StartNew();

        await worker.StopAsync();

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 15);
        var finished = done.Order().ToList();
        Assert.Equal(Enumerable.Range(0, 10), finished);
        await broker.UntilAsync(depths => depths.Stages[Stage.Features]?.Ready == 20);

        // They are all there for the next worker, though a stop counts as a delivery.
        var rest = new BlockingCollection<int>();
        await using var next = await TestWorker.StartAsync(broker.Options, (clip, _) =>
        {
            rest.Add(TestBroker.NumberOf(clip), CancellationToken.None);
            return Task.CompletedTask;
        });
        var taken = Enumerable.Range(0, 20).Select(_ => rest.TryTake(out var number, TestBroker.Patience) ? number : -1).Order().ToList();
        Assert.Equal(Enumerable.Range(10, 20), taken);
        Assert.Equal(0, (await broker.DepthsAsync()).Returned);
    }

    [Fact]
    public async Task Workers_that_come_and_go_under_load_lose_nothing()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var done = new ConcurrentDictionary<int, bool>();
        async Task HandleAsync(Core.Messages.ClipReady clip, CancellationToken stop)
        {
            await Task.Delay(5, stop);
            done[TestBroker.NumberOf(clip)] = true;
        }
        await using var sender = await TestWorker.StartAsync(broker.Options, HandleAsync);
        await Parallel.ForAsync(0, 1000, Cancellation, async (number, cancellation) => await sender.Bus.PublishAsync(TestBroker.Clip(number), cancellation));
        await sender.StopAsync();

        for (var worker = 0; worker < 5; worker++)
        {
            var before = done.Count;
            await using var passing = await TestWorker.StartAsync(broker.Options, HandleAsync);
            await TestBroker.UntilAsync(() => Task.FromResult(done.Count > before + 20 || done.Count == 1000));
        }
        await using var last = await TestWorker.StartAsync(broker.Options, HandleAsync, concurrency: 50);
        await TestBroker.UntilAsync(() => Task.FromResult(done.Count == 1000));
        await last.StopAsync();

        var depths = await broker.DepthsAsync();
        Assert.Equal((0, 0, 0), (depths.Stages[Stage.Features]?.Ready, depths.Returned, depths.DeadLetters));
    }
}
