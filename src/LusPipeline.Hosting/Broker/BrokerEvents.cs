using System.Text.Json;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>Publishes the public events about studies as plain JSON on the topic exchange <c>lus.events</c>, with publisher confirms.</summary>
public sealed class BrokerEvents(BrokerConnection connection, BrokerNames names)
{
    /// <param name="told">The event. Its names are written in camel case.</param>
    /// <param name="key">Routing key: <c>study.completed</c> or <c>study.failed</c>.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the request.</exception>
    public Task PublishAsync<TEvent>(TEvent told, string key, Guid study, CancellationToken cancellation) => connection.OnChannelAsync(
        async (channel, limit) =>
        {
            var properties = new BasicProperties { Persistent = true, ContentType = "application/json", MessageId = Guid.NewGuid().ToString(), CorrelationId = study.ToString() };
            await channel.BasicPublishAsync(
                names.Events, key, mandatory: false, properties, JsonSerializer.SerializeToUtf8Bytes(told, JsonSerializerOptions.Web), limit).ConfigureAwait(false);
            return true;
        },
        cancellation);
}
