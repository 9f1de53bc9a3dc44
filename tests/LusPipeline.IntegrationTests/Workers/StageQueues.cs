using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A test's own hands on the queues of stages.</summary>
internal sealed class StageQueues : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> All = ["lus.ingest", "lus.features", "lus.sequence"];

    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private StageQueues(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<StageQueues> OpenAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync("test", Cancellation);
        return new(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation));
    }

    /// <summary>Messages that wait in a queue, none in a consumer's hands.</summary>
    public async Task<uint> WaitingAsync(string queue) => (await _channel.QueueDeclarePassiveAsync(queue, Cancellation)).MessageCount;

    /// <summary>Takes all messages that wait in a queue and puts them back as <paramref name="change"/> wants them.</summary>
    /// <returns>Messages that were taken.</returns>
    public async Task<int> ChangeAsync(string queue, Func<IReadOnlyList<BasicGetResult>, IEnumerable<(IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body)>> change)
    {
        var taken = new List<BasicGetResult>();
        while (await _channel.BasicGetAsync(queue, autoAck: false, Cancellation) is { } message)
            taken.Add(message);
        foreach (var (properties, body) in change(taken))
            await PutAsync(queue, properties, body);
        foreach (var message in taken)
            await _channel.BasicAckAsync(message.DeliveryTag, multiple: false, Cancellation);
        return taken.Count;
    }

    /// <summary>Puts a message into a queue past its exchange.</summary>
    public async Task PutAsync(string queue, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body) =>
        await _channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties(properties), body, Cancellation);

    /// <summary>From now on every message that goes through a queue's exchange comes to <paramref name="copied"/> too. Needs no worker yet.</summary>
    public async Task TapAsync(string queue, Func<IReadOnlyBasicProperties, ReadOnlyMemory<byte>, Task> copied)
    {
        var channel = await _connection.CreateChannelAsync(cancellationToken: Cancellation);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: Cancellation);
        var tap = await channel.QueueDeclareAsync(cancellationToken: Cancellation);
        await channel.QueueBindAsync(tap.QueueName, queue, "", cancellationToken: Cancellation);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivered) => copied(new BasicProperties(delivered.BasicProperties), delivered.Body.ToArray());
        await channel.BasicConsumeAsync(tap.QueueName, autoAck: true, consumer, Cancellation);
    }

    /// <summary>From now on every event of a study comes to <paramref name="heard"/>. Needs no worker yet.</summary>
    public async Task HearAsync(Action<JsonElement> heard)
    {
        var channel = await _connection.CreateChannelAsync(cancellationToken: Cancellation);
        await channel.ExchangeDeclareAsync("lus.events", ExchangeType.Topic, durable: true, cancellationToken: Cancellation);
        var queue = await channel.QueueDeclareAsync(cancellationToken: Cancellation);
        await channel.QueueBindAsync(queue.QueueName, "lus.events", "study.*", cancellationToken: Cancellation);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivered) =>
        {
            heard(JsonSerializer.Deserialize<JsonElement>(delivered.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
