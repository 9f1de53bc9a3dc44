using System.Text.Json;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>Tells the world outside of studies, as plain JSON on the topic exchange <c>lus.events</c>. Confirmed by the broker.</summary>
public sealed class BrokerEvents(BrokerConnection connection, BrokerNames names)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <param name="told">Written with camel-case names.</param>
    /// <param name="key">Routing key: <c>study.completed</c> or <c>study.failed</c>.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses.</exception>
    public Task PublishAsync<TEvent>(TEvent told, string key, Guid study, CancellationToken cancellation) => connection.OnChannelAsync(
        async (channel, limit) =>
        {
            var properties = new BasicProperties { Persistent = true, ContentType = "application/json", MessageId = Guid.NewGuid().ToString(), CorrelationId = study.ToString() };
            await channel.BasicPublishAsync(
                names.Events, key, mandatory: false, properties, JsonSerializer.SerializeToUtf8Bytes(told, Json), limit).ConfigureAwait(false);
            return true;
        },
        cancellation);
}
