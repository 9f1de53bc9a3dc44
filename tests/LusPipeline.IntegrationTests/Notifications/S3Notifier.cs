using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace LusPipeline.IntegrationTests.Notifications;

/// <summary>Publishes to an exchange what an S3 server would, and what nobody should.</summary>
internal sealed class S3Notifier : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _exchange;

    private S3Notifier(IConnection connection, IChannel channel, string exchange) => (_connection, _channel, _exchange) = (connection, channel, exchange);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<S3Notifier> OpenAsync(Uri broker, string exchange)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync("test", Cancellation);
        return new(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation), exchange);
    }

    /// <summary>Of an upload, as Ceph tells it.</summary>
    public Task UploadedAsync(string bucket, string key, string eventName = "ObjectCreated:Put") => SendAsync(Body(bucket, key, eventName));

    /// <summary>Fails when no queue takes it.</summary>
    public async Task SendAsync(byte[] body) =>
        await _channel.BasicPublishAsync(_exchange, "uploads", mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, body, Cancellation);

    public Task SendAsync(string body) => SendAsync(Encoding.UTF8.GetBytes(body));

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static byte[] Body(string bucket, string key, string eventName) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Records = new[]
        {
            new
            {
                eventVersion = "2.2",
                eventSource = "ceph:s3",
                eventName,
                s3 = new
                {
                    s3SchemaVersion = "1.0",
                    bucket = new { name = bucket },
                    @object = new { key, size = 1, eTag = "00", versionId = "", metadata = new[] { new { key = "x-amz-meta-patient", val = "Hans" } } },
                },
            },
        },
    });
}
