using LusPipeline.Hosting.Broker;

namespace LusPipeline.Hosting.Status;

/// <summary>Reads the depths of the queues. A broker that cannot be reached is no error, because the ledger alone says much.</summary>
public sealed class QueueReader : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly BrokerConnection? _connection;
    private readonly BrokerTopology? _topology;

    public QueueReader(BrokerOptions options)
    {
        if (options.Uri is null)
            return;
        var hasty = options with { PublishTimeout = options.PublishTimeout < Timeout ? options.PublishTimeout : Timeout };
        _connection = new(hasty);
        _topology = new(_connection, hasty);
    }

    public async Task<QueueStatus> ReadAsync(CancellationToken cancellation)
    {
        if (_topology is null)
            return new(null, $"{BrokerOptions.Section}:{nameof(BrokerOptions.Uri)} is not set");
        try
        {
            var depths = await _topology.ReadAsync(cancellation);
            return new(depths, depths.Hidden.Count == 0 ? null : $"RabbitMQ tells the user of {BrokerOptions.Section}:{nameof(BrokerOptions.Uri)} nothing of {string.Join(", ", depths.Hidden)}");
        }
        catch (Exception away) when (away is BrokerUnavailableException or BrokerException)
        {
            return new(null, away.Message);
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
