using System.Text.Json;
using LusPipeline.Core.Messages;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Writes to <c>lus.dead-letters</c>, confirmed. A dead letter has the headers <c>lus-reason</c> and <c>lus-queue</c>, where it came from.
/// </summary>
public sealed class DeadLetters(BrokerConnection connection, BrokerNames names) : IDeadLetters
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses.</exception>
    public Task KeepAsync<TMessage>(TMessage message, string reason, CancellationToken cancellation) where TMessage : class =>
        KeepAsync(JsonSerializer.SerializeToUtf8Bytes(message, Json), "application/json", Guid.NewGuid().ToString(), names.QueueOf(message), reason, cancellation);

    /// <param name="body">Kept byte for byte.</param>
    /// <param name="queue">Where it came from.</param>
    internal Task KeepAsync(
        ReadOnlyMemory<byte> body, string? contentType, string? messageId, string queue, string reason, CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = contentType,
            MessageId = messageId,
            Headers = new Dictionary<string, object?> { ["lus-reason"] = reason, ["lus-queue"] = queue },
        };
        return connection.OnChannelAsync(
            async (channel, limit) =>
            {
                await channel.BasicPublishAsync(names.DeadLetters, "", mandatory: true, properties, body, limit).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }
}
