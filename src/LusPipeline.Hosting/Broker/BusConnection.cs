using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Knows whether the bus has lost its connection. A bus connects again only after the handlers of its consumers have ended, because the
/// client's shutdown of a connection waits for them (RabbitMQ.Client 7.2). Until then it sends into the lost connection. A handler that
/// waited for each of its messages would keep the whole worker away from the broker.
/// </summary>
internal sealed class BusConnection : IFilter<ChannelContext>
{
    private IConnection? _latest;

    /// <summary>Whether the latest connection is closed and no new one has been opened. False before the first one.</summary>
    public bool IsLost => Volatile.Read(ref _latest) is { IsOpen: false };

    public Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        Volatile.Write(ref _latest, context.ConnectionContext.Connection);
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bus-connection");
}
