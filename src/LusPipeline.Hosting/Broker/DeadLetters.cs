using System.Text.Json;
using LusPipeline.Core.Messages;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Writes to <c>lus.dead-letters</c>, confirmed. A dead letter has the headers <c>lus-reason</c> and <c>lus-queue</c>, where it came from.
/// </summary>
public sealed partial class DeadLetters(BrokerConnection connection, BrokerNames names, ILogger<DeadLetters> log) : IDeadLetters
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Keeps a copy for people. The ledger has what counts, so a broker that is away is logged and no error.</summary>
    public async Task KeepAsync<TMessage>(TMessage message, string reason, CancellationToken cancellation) where TMessage : class
    {
        var queue = names.QueueOf(message);
        try
        {
            await KeepAsync(
                JsonSerializer.SerializeToUtf8Bytes(message, Json), "application/json", Guid.NewGuid().ToString(), queue, reason, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BrokerUnavailableException or BrokerException)
        {
            NotKept(log, StageMessage.IdOf(message), queue, reason, failure.Message);
        }
    }

    /// <summary>Keeps the only copy there is.</summary>
    /// <param name="body">Kept byte for byte.</param>
    /// <param name="queue">Where it came from.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses.</exception>
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

    [LoggerMessage(LogLevel.Warning, "The message of {Id} on {Queue} ({Reason}) is not kept in the dead letters: {Detail}")]
    private static partial void NotKept(ILogger logger, Guid id, string queue, string reason, string detail);
}
