using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Gives a receive endpoint a new channel when its consumer starves (<see cref="Starvation"/>), and also when the broker cancels its
/// consumer.
/// </summary>
/// <param name="gate">Counts the endpoint's messages.</param>
/// <param name="interval">Time between two checks. Two in a row decide.</param>
internal sealed partial class StarvationWatch(string queue, StageGate gate, TimeSpan interval, TimeProvider clock, ILogger<StarvationWatch> log)
    : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var watching = WatchAsync(context.Channel, ended.Token);
        try
        {
            await next.Send(context).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            await CloseAsync(context.Channel).ConfigureAwait(false);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("starvation-watch");

    private async Task WatchAsync(IChannel channel, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var starvation = new Starvation();
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                var waiting = (await channel.QueueDeclarePassiveAsync(queue, ended).ConfigureAwait(false)).MessageCount;
                if (starvation.Check(waiting, gate.Held > 0, gate.Arrived))
                {
                    Starved(log, queue, waiting);
                    await CloseAsync(channel).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or OperationInterruptedException or TimeoutException or ObjectDisposedException)
        {
            // The consumer, its queue or its channel has ended. The endpoint starts again, and this watch with it.
        }
    }

    private static async Task CloseAsync(IChannel channel)
    {
        try
        {
            if (channel.IsOpen)
                await channel.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationInterruptedException or OperationCanceledException or TimeoutException or ObjectDisposedException or IOException)
        {
            // The channel is closed already.
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Queue} has {Waiting} messages but delivers none: its consumer is restarted")]
    private static partial void Starved(ILogger logger, string queue, uint waiting);
}
