using LusPipeline.Core.Messages;
using LusPipeline.Hosting.Telemetry;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Sends the messages of the stages: persistent, mandatory, confirmed by the broker. A message that is not confirmed within the publish
/// timeout is logged and raises no error, because its row has moved already and the sweeper publishes it again. For the same reason a stop
/// does not cancel a publication. While the connection is lost, nothing is sent and nobody waits.
/// </summary>
internal sealed partial class BrokerBus(IBus bus, BusConnection connection, BrokerNames names, BrokerOptions options, ILogger<BrokerBus> log) : IStageBus
{
    public async Task PublishAsync(IStageMessage message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        var queue = names.QueueOf(message);
        if (connection.IsLost)
        {
            NotPublished(log, message.GetType().Name, message.SubjectId, queue, "ConnectionLost", "The connection to the broker is lost.");
            return;
        }
        using var limit = new CancellationTokenSource(options.PublishTimeout);
        try
        {
            var exchange = await bus.GetSendEndpoint(new Uri($"exchange:{queue}")).WaitAsync(limit.Token).ConfigureAwait(false);
            await exchange.Send((object)message, ToBroker, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            NotPublished(log, message.GetType().Name, message.SubjectId, queue, failure.GetType().Name, failure.Message);
        }
    }

    private static readonly IPipe<SendContext> ToBroker = Pipe.Execute<SendContext>(context =>
    {
        context.Durable = true;
        BrokerTrace.Write(context);
        if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
            rabbit.Mandatory = true;
    });

    [LoggerMessage(LogLevel.Warning, "{Message} of {Id} could not be published to {Queue} ({Failure}: {Detail}): the sweep will publish it again")]
    private static partial void NotPublished(ILogger logger, string message, Guid id, string queue, string failure, string detail);
}
