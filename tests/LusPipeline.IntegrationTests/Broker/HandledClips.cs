using System.Collections.Concurrent;
using LusPipeline.Hosting.Broker;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>The clips that the workers of a test have handled.</summary>
internal sealed class HandledClips : IDisposable
{
    private readonly BlockingCollection<int> _handled = [];

    /// <summary>Starts a worker whose features stage handles one clip at a time, and keeps its number.</summary>
    public Task<TestWorker> StartAsync(BrokerOptions options) => TestWorker.StartAsync(
        options,
        (clip, _) =>
        {
            _handled.Add(TestBroker.NumberOf(clip), CancellationToken.None);
            return Task.CompletedTask;
        },
        concurrency: 1);

    /// <summary>Others may come again: their acknowledgement was lost with the connection.</summary>
    public void Take(int number)
    {
        int taken;
        do
        {
            Assert.True(_handled.TryTake(out taken, TestBroker.Patience));
        }
        while (taken != number);
    }

    /// <summary>A message is published until the bus is back, as the sweeper does, and handled.</summary>
    public async Task ArrivesAsync(TestWorker worker, int number) => await TestBroker.UntilAsync(async () =>
    {
        await worker.Bus.PublishAsync(TestBroker.Clip(number), TestContext.Current.CancellationToken);
        while (_handled.TryTake(out var taken, TimeSpan.FromMilliseconds(200)))
        {
            if (taken == number)
                return true;
        }
        return false;
    });

    public void Dispose() => _handled.Dispose();
}
