using System.Text.Json;
using LusPipeline.Core.Messages;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Publishes to <c>lus.dead-letters</c> with publisher confirms. The header <c>lus-reason</c> says why a message is there, <c>lus-queue</c>
/// which queue it comes from.
/// </summary>
public sealed partial class DeadLetters(BrokerConnection connection, BrokerNames names, ILogger<DeadLetters> log) : IDeadLetters
{
    /// <summary>Keeps a copy for operators. The ledger already holds the outcome, so an unreachable broker is logged and raises no error.</summary>
    public async Task KeepAsync(IStageMessage message, string reason, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        var queue = names.QueueOf(message);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), JsonSerializerOptions.Web);
            await KeepAsync(body, "application/json", Guid.NewGuid().ToString(), queue, reason, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BrokerUnavailableException or BrokerException)
        {
            NotKept(log, message.SubjectId, queue, reason, failure.Message);
        }
    }

    /// <summary>Keeps a message that exists nowhere else.</summary>
    /// <param name="body">Kept byte for byte.</param>
    /// <param name="queue">The queue that it comes from.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the request.</exception>
    internal Task KeepAsync(
        ReadOnlyMemory<byte> body, string? contentType, string? messageId, string queue, string reason, CancellationToken cancellation) =>
        PublishAsync(
            names.DeadLetters, body, contentType, messageId, new Dictionary<string, object?> { ["lus-reason"] = reason, ["lus-queue"] = queue }, cancellation);

    /// <summary>Moves a message to another exchange, as the broker does with one that it delivered too often.</summary>
    /// <param name="body">Moved byte for byte.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the request.</exception>
    internal Task MoveAsync(ReadOnlyMemory<byte> body, string? contentType, string? messageId, string exchange, CancellationToken cancellation) =>
        PublishAsync(exchange, body, contentType, messageId, headers: null, cancellation);

    private Task<bool> PublishAsync(
        string exchange, ReadOnlyMemory<byte> body, string? contentType, string? messageId, Dictionary<string, object?>? headers, CancellationToken cancellation)
    {
        var properties = new BasicProperties { Persistent = true, ContentType = contentType, MessageId = messageId, Headers = headers };
        return connection.OnChannelAsync(
            async (channel, limit) =>
            {
                await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body, limit).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The message of {Id} on {Queue} ({Reason}) could not be moved to the dead letters: {Detail}")]
    private static partial void NotKept(ILogger logger, Guid id, string queue, string reason, string detail);
}
