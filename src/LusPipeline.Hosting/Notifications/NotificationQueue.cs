using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Notifications;

/// <summary>Our queue for the notifications of an S3 server, and its binding to the server's exchange.</summary>
internal sealed class NotificationQueue(NotificationOptions options, BrokerOptions broker) : IAsyncDisposable
{
    /// <summary>
    /// The largest message in bytes. A larger one is no notification: the client closes the connection, and the delivery limit soon removes the
    /// message.
    /// </summary>
    private const uint MostInboundBytes = 1024 * 1024;

    /// <summary>One, so that a message that is too large and closes the connection costs no other message a delivery.</summary>
    private const ushort Prefetch = 1;

    private readonly BrokerConnection _connection = new(options.BrokerOf(broker))
    {
        Name = "lus notifications",
        UriKey = options.Uri is null ? BrokerConnection.DefaultUriKey : $"{NotificationOptions.Section}:{nameof(NotificationOptions.Uri)}",
        MostInboundBytes = MostInboundBytes,
    };

    private readonly BrokerQueue _queue = BrokerQueue.Notifications(broker);

    /// <summary>Declares the exchange, the queue and the binding if they are missing.</summary>
    /// <returns>How many messages wait, how many consumers there are, and whether the queue is new. Notifications from before its creation are lost.</returns>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses: credentials, permissions, or a queue that exists with other arguments.</exception>
    public async Task<(uint Waiting, uint Consumers, bool New)> DeclareAsync(CancellationToken cancellation)
    {
        if (!await IsThereAsync(channel => channel.ExchangeDeclarePassiveAsync(options.Exchange, CancellationToken.None), cancellation).ConfigureAwait(false))
        {
            await DeclareAsync(
                options.Exchange, channel => channel.ExchangeDeclareAsync(options.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: CancellationToken.None),
                "make it there, durable and of the type that the S3 server publishes to, or let this user", cancellation).ConfigureAwait(false);
        }
        var known = await IsThereAsync(channel => channel.QueueDeclarePassiveAsync(_queue.Name, CancellationToken.None), cancellation).ConfigureAwait(false);
        QueueDeclareOk? declared = null;
        await DeclareAsync(
            _queue.Name,
            async channel =>
            {
                declared = await channel.QueueDeclareAsync(_queue.Name, durable: true, exclusive: false, autoDelete: false, _queue.Arguments.ToDictionary()).ConfigureAwait(false);
                await channel.QueueBindAsync(_queue.Name, options.Exchange, options.RoutingKey).ConfigureAwait(false);
            },
            $"the user needs to configure and write '{_queue.Name}' and to read '{options.Exchange}'; "
            + "a queue with other arguments may be deleted, which costs nothing",
            cancellation).ConfigureAwait(false);
        return (declared!.MessageCount, declared.ConsumerCount, !known);
    }

    /// <summary>Consumes messages, one at a time, until the channel ends. A message is acknowledged once it has been handled.</summary>
    /// <param name="handle">Handles the body of a message. The body is valid only until the task ends.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the request.</exception>
    public async Task ConsumeAsync(Func<ReadOnlyMemory<byte>, Task> handle, CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0L;
        var inHand = 0;
        var channel = await _connection.OpenChannelAsync(
            async (channel, limit) =>
            {
                channel.ChannelShutdownAsync += (_, _) => End();
                await channel.BasicQosAsync(0, Prefetch, global: false, limit).ConfigureAwait(false);
                var consumer = new AsyncEventingBasicConsumer(channel);
                consumer.UnregisteredAsync += (_, _) => End();
                consumer.ReceivedAsync += async (_, delivered) =>
                {
                    Interlocked.Increment(ref received);
                    Interlocked.Increment(ref inHand);
                    try
                    {
                        await handle(delivered.Body).ConfigureAwait(false);
                        await channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, stopping).ConfigureAwait(false);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref inHand);
                    }
                };
                await channel.BasicConsumeAsync(_queue.Name, autoAck: false, consumer, limit).ConfigureAwait(false);
            },
            stopping).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
            await UntilStarvedAsync(channel, () => (Interlocked.Read(ref received), Volatile.Read(ref inHand)), ended.Task, stopping).ConfigureAwait(false);

        Task End()
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Runs until the consumer starves (<see cref="Starvation"/>) or the channel ends.</summary>
    private async Task UntilStarvedAsync(IChannel channel, Func<(long Received, int InHand)> look, Task ended, CancellationToken stopping)
    {
        for (var starvation = new Starvation(); ;)
        {
            await Task.WhenAny(ended, Task.Delay(broker.Heartbeat, stopping)).ConfigureAwait(false);
            if (ended.IsCompleted || stopping.IsCancellationRequested)
                return;
            try
            {
                var waiting = (await channel.QueueDeclarePassiveAsync(_queue.Name, stopping).ConfigureAwait(false)).MessageCount;
                var (received, inHand) = look();
                if (starvation.Check(waiting, inHand > 0, received))
                    return;
            }
            catch (Exception gone) when (gone is OperationInterruptedException or OperationCanceledException or TimeoutException or ObjectDisposedException or IOException)
            {
                return;
            }
        }
    }

    private async Task<bool> IsThereAsync(Func<IChannel, Task> ask, CancellationToken cancellation)
    {
        try
        {
            return await _connection.OnChannelAsync(
                async (channel, _) =>
                {
                    try
                    {
                        await ask(channel).ConfigureAwait(false);
                        return true;
                    }
                    catch (OperationInterruptedException missing) when (missing.ShutdownReason is { Initiator: ShutdownInitiator.Peer, ReplyCode: Constants.NotFound })
                    {
                        return false;
                    }
                },
                cancellation).ConfigureAwait(false);
        }
        catch (BrokerException refused) when (refused.InnerException is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused })
        {
            // The user may not ask whether it exists. Declaring it tells more.
            return false;
        }
    }

    private async Task DeclareAsync(string name, Func<IChannel, Task> declare, string fix, CancellationToken cancellation)
    {
        await _connection.OnChannelAsync(
            async (channel, _) =>
            {
                try
                {
                    await declare(channel).ConfigureAwait(false);
                    return true;
                }
                catch (OperationInterruptedException refused) when (refused.ShutdownReason is
                {
                    Initiator: ShutdownInitiator.Peer,
                    ReplyCode: Constants.AccessRefused or Constants.PreconditionFailed or Constants.NotFound,
                } reason)
                {
                    throw new BrokerException($"'{name}' cannot be had for notifications ({reason.ReplyText}). To mend it, {fix}.", refused);
                }
            },
            cancellation).ConfigureAwait(false);
    }
}
