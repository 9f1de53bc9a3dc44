using LusPipeline.Core.Messages;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Sends stages' messages: persistent, mandatory, confirmed by the broker. A message that is not confirmed within the publish timeout
/// is logged and no error: the row has moved already, and the sweeper publishes it again. For the same reason a stop does not cut a
/// publication short.
/// </summary>
public sealed partial class BrokerBus(IBus bus, BrokerNames names, BrokerOptions options, ILogger<BrokerBus> log) : IStageBus
{
    /// <exception cref="ArgumentException">It is no message of a stage.</exception>
    public async Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellation) where TMessage : class
    {
        var queue = names.QueueOf(message);
        using var limit = new CancellationTokenSource(options.PublishTimeout);
        try
        {
            var exchange = await bus.GetSendEndpoint(new Uri($"exchange:{queue}")).WaitAsync(limit.Token).ConfigureAwait(false);
            await exchange.Send(message, ToBroker, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            NotPublished(log, typeof(TMessage).Name, IdOf(message), queue, failure.GetType().Name, failure.Message);
        }
    }

    private static readonly IPipe<SendContext> ToBroker = Pipe.Execute<SendContext>(context =>
    {
        context.Durable = true;
        if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
            rabbit.Mandatory = true;
    });

    private static Guid IdOf(object message) => message switch
    {
        VideoFound found => found.VideoId,
        ClipReady ready => ready.ClipId,
        FeaturesReady ready => ready.ClipId,
        _ => Guid.Empty,
    };

    [LoggerMessage(LogLevel.Warning, "{Message} of {Id} is not on {Queue} yet ({Failure}: {Detail}): the sweeper will publish it again")]
    private static partial void NotPublished(ILogger logger, string message, Guid id, string queue, string failure, string detail);
}
