using LusPipeline.Core.Stages;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Broker;

/// <summary>The queues and exchanges, as <c>docs/operating/rabbitmq.md</c> lists them.</summary>
/// <param name="own">
/// The stages whose queues this process has to make. What its user may not make of the others is left to their workers: users of single
/// stages may make their own queues only.
/// </param>
public sealed class BrokerTopology(BrokerConnection connection, BrokerOptions options, StageSet own = StageSet.All)
{
    private readonly BrokerNames _names = new(options.Prefix);
    private readonly IReadOnlyList<BrokerQueue> _queues = BrokerQueue.All(options);

    /// <summary>What the user may not make.</summary>
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);

    /// <summary>Queues of which the broker tells this user nothing.</summary>
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private HashSet<string> _missing = [];

    /// <summary>Queues that were not there at the last declaration and that this user may not make.</summary>
    public IReadOnlyCollection<string> Missing => _missing;

    /// <summary>Declares the queues and exchanges that are missing, and reads how many messages wait.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses: credentials, permissions, or a queue that exists with other arguments.</exception>
    public async Task<QueueDepths> DeclareAsync(CancellationToken cancellation)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            // A refusal closes the channel. What was refused is then known, and the next channel does without it.
            var depths = await connection.OnChannelAsync((channel, limit) => TryDeclareAsync(channel, missing, limit), cancellation).ConfigureAwait(false);
            if (depths is null)
                continue;
            _missing = missing;
            return depths;
        }
    }

    /// <summary>Reads how many messages wait. Nothing is declared.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses, or a queue is missing.</exception>
    public async Task<QueueDepths> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (await connection.OnChannelAsync(TryReadAsync, cancellation).ConfigureAwait(false) is { } depths)
                return depths;
        }
    }

    /// <returns>Null after a refusal that is noted in <see cref="_hidden"/>; the channel is closed then.</returns>
    private async Task<QueueDepths?> TryReadAsync(IChannel channel, CancellationToken cancellation)
    {
        var read = new Dictionary<string, QueueDeclareOk>();
        foreach (var queue in _queues.Where(queue => !_hidden.Contains(queue.Name)))
        {
            try
            {
                if (await AskAsync(channel, queue.Name, cancellation).ConfigureAwait(false) is not { } found)
                    return null;
                read[queue.Name] = found;
            }
            catch (OperationInterruptedException missing) when (IsAnswer(missing, Constants.NotFound))
            {
                throw new BrokerException(
                    $"RabbitMQ at {BrokerConnection.Address(options)} does not tell of '{queue.Name}' ({missing.ShutdownReason!.ReplyText}). Workers make the queues when they start.", missing);
            }
        }
        return DepthsOf(read);
    }

    /// <returns>Null after a refusal that is noted in <see cref="_others"/>, <see cref="_hidden"/> or <paramref name="missing"/>; the channel is closed then.</returns>
    private async Task<QueueDepths?> TryDeclareAsync(IChannel channel, HashSet<string> missing, CancellationToken cancellation)
    {
        if (!_others.Contains(_names.Events) && !await MakesAsync(
            _names.Events, () => channel.ExchangeDeclareAsync(_names.Events, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation)).ConfigureAwait(false))
        {
            return null;
        }
        var declared = new Dictionary<string, QueueDeclareOk>();
        foreach (var queue in _queues)
        {
            if (missing.Contains(queue.Name) || _hidden.Contains(queue.Name))
                continue;
            if (_others.Contains(queue.Name))
            {
                if (await FindAsync(channel, queue.Name, missing, cancellation).ConfigureAwait(false) is not { } found)
                    return null;
                declared[queue.Name] = found;
            }
            else if (!await MakesAsync(queue.Name, async () =>
            {
                await channel.ExchangeDeclareAsync(queue.Name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation).ConfigureAwait(false);
                declared[queue.Name] = await channel.QueueDeclareAsync(
                    queue.Name, durable: true, exclusive: false, autoDelete: false, queue.Arguments.ToDictionary(), cancellationToken: cancellation).ConfigureAwait(false);
                await channel.QueueBindAsync(queue.Name, queue.Name, "", cancellationToken: cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false))
            {
                return null;
            }
        }
        return DepthsOf(declared);
    }

    /// <returns>Null after a refusal that is noted in <see cref="_hidden"/> or <paramref name="missing"/>; the channel is closed then.</returns>
    private async Task<QueueDeclareOk?> FindAsync(IChannel channel, string name, HashSet<string> missing, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(channel, name, cancellation).ConfigureAwait(false);
        }
        catch (OperationInterruptedException none) when (IsAnswer(none, Constants.NotFound))
        {
            missing.Add(name);
            return null;
        }
    }

    /// <returns>Null after a refusal that is noted in <see cref="_hidden"/>; the channel is closed then.</returns>
    /// <exception cref="OperationInterruptedException">Among others: there is no such queue.</exception>
    private async Task<QueueDeclareOk?> AskAsync(IChannel channel, string name, CancellationToken cancellation)
    {
        try
        {
            return await channel.QueueDeclarePassiveAsync(name, cancellation).ConfigureAwait(false);
        }
        catch (OperationInterruptedException refused) when (IsAnswer(refused, Constants.AccessRefused))
        {
            _hidden.Add(name);
            return null;
        }
    }

    private static bool IsAnswer(OperationInterruptedException end, ushort code) => end.ShutdownReason is { Initiator: ShutdownInitiator.Peer } reason && reason.ReplyCode == code;

    private QueueDepths DepthsOf(Dictionary<string, QueueDeclareOk> queues) => new(
        new(DepthOf(queues, Stage.Ingest), DepthOf(queues, Stage.Features), DepthOf(queues, Stage.Sequence)),
        Waiting(queues, _names.Returned), Waiting(queues, _names.DeadLetters), [.. _hidden]);

    private StageDepth? DepthOf(Dictionary<string, QueueDeclareOk> queues, Stage stage)
    {
        var routine = _names.Queue(stage, urgent: false);
        return Waiting(queues, routine) is { } waiting && Waiting(queues, _names.Queue(stage, urgent: true)) is { } urgent
            ? new(waiting, urgent, queues.TryGetValue(routine, out var there) ? (int)there.ConsumerCount : 0)
            : null;
    }

    /// <summary>None in a queue that is missing; null for one of which this user is told nothing.</summary>
    private long? Waiting(Dictionary<string, QueueDeclareOk> queues, string name) =>
        queues.TryGetValue(name, out var queue) ? queue.MessageCount : _hidden.Contains(name) ? null : 0;

    /// <summary>What the workers of a stage make.</summary>
    private IReadOnlyList<string> NamesOf(Stage stage) => stage switch
    {
        Stage.Ingest => [_names.Queue(stage, false), _names.Queue(stage, true), _names.Returned],
        Stage.Sequence => [_names.Queue(stage, false), _names.Queue(stage, true), _names.DeadLetters, _names.Events],
        _ => [_names.Queue(stage, false), _names.Queue(stage, true)],
    };

    private bool IsOwn(string name) => own.Stages().Any(stage => NamesOf(stage).Contains(name));

    /// <returns>Whether the user may make it; one that has to and may not is an error.</returns>
    private async Task<bool> MakesAsync(string name, Func<Task> declare)
    {
        try
        {
            await declare().ConfigureAwait(false);
            return true;
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason is { Initiator: ShutdownInitiator.Peer } reason)
        {
            if (reason.ReplyCode == Constants.AccessRefused && !IsOwn(name))
            {
                _others.Add(name);
                return false;
            }
            throw reason.ReplyCode switch
            {
                Constants.PreconditionFailed => new BrokerException(
                    $"'{name}' exists with other arguments ({reason.ReplyText}). Set {BrokerOptions.Section}:{nameof(BrokerOptions.DeliveryLimit)}, "
                    + $"{nameof(BrokerOptions.QuorumGroupSize)} and {nameof(BrokerOptions.DeadLettersKept)} as they were, or stop the workers and delete it "
                    + $"(rabbitmqctl delete_queue {name}): it is made anew, and what was on it is published again.",
                    refused),
                Constants.AccessRefused => new BrokerException(
                    $"The user of {BrokerOptions.Section}:{nameof(BrokerOptions.Uri)} may not make '{name}' ({reason.ReplyText}). Give it the permissions of a worker: deploy/rabbitmq.", refused),
                _ => new BrokerUnavailableException(
                    $"RabbitMQ at {BrokerConnection.Address(options)} did not make '{name}' ({reason.ReplyText}).", refused),
            };
        }
    }
}
