using LusPipeline.Core.Stages;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Broker;

/// <summary>The queues and exchanges, as <c>docs/operating/rabbitmq.md</c> lists them.</summary>
public sealed class BrokerTopology(BrokerConnection connection, BrokerOptions options)
{
    private readonly BrokerNames _names = new(options.Prefix);
    private readonly IReadOnlyList<BrokerQueue> _queues = BrokerQueue.All(options);

    /// <summary>Makes what is missing, and says how much waits.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses: credentials, permissions, or a queue that exists with other arguments.</exception>
    public Task<QueueDepths> DeclareAsync(CancellationToken cancellation) => connection.OnChannelAsync(DeclareAsync, cancellation);

    /// <summary>How much waits; nothing is made.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses, or has not all of the queues.</exception>
    public Task<QueueDepths> ReadAsync(CancellationToken cancellation) => connection.OnChannelAsync(ReadAsync, cancellation);

    private async Task<QueueDepths> ReadAsync(IChannel channel, CancellationToken cancellation)
    {
        var read = new Dictionary<string, QueueDeclareOk>();
        foreach (var queue in _queues)
        {
            try
            {
                read[queue.Name] = await channel.QueueDeclarePassiveAsync(queue.Name, cancellation).ConfigureAwait(false);
            }
            catch (OperationInterruptedException missing) when (missing.ShutdownReason is { Initiator: ShutdownInitiator.Peer, ReplyCode: Constants.NotFound or Constants.AccessRefused } reason)
            {
                throw new BrokerException($"RabbitMQ at {BrokerConnection.Address(options)} does not tell of '{queue.Name}' ({reason.ReplyText}). Workers make the queues when they start.", missing);
            }
        }
        return DepthsOf(read);
    }

    private async Task<QueueDepths> DeclareAsync(IChannel channel, CancellationToken cancellation)
    {
        await DeclareAsync(
            _names.Events, () => channel.ExchangeDeclareAsync(_names.Events, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation)).ConfigureAwait(false);
        var declared = new Dictionary<string, QueueDeclareOk>();
        foreach (var queue in _queues)
        {
            await DeclareAsync(queue.Name, async () =>
            {
                await channel.ExchangeDeclareAsync(queue.Name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation).ConfigureAwait(false);
                declared[queue.Name] = await channel.QueueDeclareAsync(
                    queue.Name, durable: true, exclusive: false, autoDelete: false, queue.Arguments.ToDictionary(), cancellationToken: cancellation).ConfigureAwait(false);
                await channel.QueueBindAsync(queue.Name, queue.Name, "", cancellationToken: cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        return DepthsOf(declared);
    }

    private QueueDepths DepthsOf(Dictionary<string, QueueDeclareOk> queues) => new(
        new(DepthOf(queues, Stage.Ingest), DepthOf(queues, Stage.Features), DepthOf(queues, Stage.Sequence)),
        queues[_names.Returned].MessageCount, queues[_names.DeadLetters].MessageCount);

    private StageDepth DepthOf(Dictionary<string, QueueDeclareOk> queues, Stage stage)
    {
        var routine = queues[_names.Queue(stage, urgent: false)];
        return new(routine.MessageCount, queues[_names.Queue(stage, urgent: true)].MessageCount, (int)routine.ConsumerCount);
    }

    private async Task DeclareAsync(string name, Func<Task> declare)
    {
        try
        {
            await declare().ConfigureAwait(false);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason is { Initiator: ShutdownInitiator.Peer } reason)
        {
            throw reason.ReplyCode switch
            {
                Constants.PreconditionFailed => new BrokerException(
                    $"'{name}' exists with other arguments ({reason.ReplyText}). Set {BrokerOptions.Section}:{nameof(BrokerOptions.DeliveryLimit)}, {nameof(BrokerOptions.QuorumGroupSize)} and {nameof(BrokerOptions.DeadLettersKept)} as they were, or stop the workers and delete it (rabbitmqctl delete_queue {name}): it is made anew, and what was on it is published again.", refused),
                Constants.AccessRefused => new BrokerException(
                    $"The user of {BrokerOptions.Section}:{nameof(BrokerOptions.Uri)} may not make '{name}' ({reason.ReplyText}). Give it the permissions of a worker: deploy/rabbitmq.", refused),
                _ => new BrokerUnavailableException(
                    $"RabbitMQ at {BrokerConnection.Address(options)} did not make '{name}' ({reason.ReplyText}).", refused),
            };
        }
    }
}
