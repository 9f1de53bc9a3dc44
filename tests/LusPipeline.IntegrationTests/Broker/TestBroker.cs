using System.Text;
using System.Text.Json;
using LusPipeline.Core.Messages;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;
using RabbitMQ.Client;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>A virtual host of its own, with the queues, and what a test does to them from outside.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestBroker(BrokerOptions options)
    {
        Options = options;
        Connection = new(options);
        Topology = new(Connection, options);
        Names = new(options.Prefix);
    }

    public BrokerOptions Options { get; }

    public BrokerConnection Connection { get; }

    public BrokerTopology Topology { get; }

    public BrokerNames Names { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<TestBroker> NewAsync(TestServers servers) => NewAsync(servers, options => options);

    public static async Task<TestBroker> NewAsync(TestServers servers, Func<BrokerOptions, BrokerOptions> change)
    {
        var broker = new TestBroker(change(new BrokerOptions { Uri = await servers.NewVirtualHostAsync() }));
        await broker.Topology.DeclareAsync(Cancellation);
        return broker;
    }

    /// <summary>As another that knows nothing of our code would.</summary>
    public Task SendAsync(string exchange, string body, string? contentType = "application/vnd.masstransit+json") => Connection.OnChannelAsync(
        async (channel, limit) =>
        {
            await channel.BasicPublishAsync(
                exchange, "", mandatory: true, new BasicProperties { ContentType = contentType, Persistent = true }, Encoding.UTF8.GetBytes(body), limit);
            return true;
        },
        Cancellation);

    /// <summary>A message in the envelope that the bus writes.</summary>
    public Task SendAsync(string exchange, Type type, string message) =>
        SendAsync(exchange, $$"""{ "messageId": "{{Guid.NewGuid()}}", "messageType": ["urn:message:{{type.Namespace}}:{{type.Name}}"], "message": {{message}} }""");

    /// <summary>Takes everything off a queue.</summary>
    public Task<IReadOnlyList<(string Body, IReadOnlyDictionary<string, string> Headers)>> TakeAsync(string queue) => Connection.OnChannelAsync(
        async (channel, limit) =>
        {
            var taken = new List<(string, IReadOnlyDictionary<string, string>)>();
            while (await channel.BasicGetAsync(queue, autoAck: true, limit) is { } got)
            {
                taken.Add((
                    Encoding.UTF8.GetString(got.Body.Span),
                    (got.BasicProperties.Headers ?? new Dictionary<string, object?>()).Where(header => header.Value is byte[])
                        .ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!))));
            }
            return (IReadOnlyList<(string, IReadOnlyDictionary<string, string>)>)taken;
        },
        Cancellation);

    public Task DeleteQueueAsync(string queue) => Connection.OnChannelAsync((channel, limit) => channel.QueueDeleteAsync(queue, false, false, cancellationToken: limit), Cancellation);

    public Task<QueueDepths> DepthsAsync() => Topology.DeclareAsync(Cancellation);

    public Task UntilAsync(Func<QueueDepths, bool> reached) => UntilAsync(async () => reached(await DepthsAsync()));

    public static async Task UntilAsync(Func<Task<bool>> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        while (!await reached())
            await Task.Delay(20, limit.Token);
    }

    public static ClipReady Clip(int number, bool urgent = false) => new(
        ClipReady.CurrentVersion, new Guid(number, 0, 0, new byte[8]), new DateOnly(2026, 1, 31), 1)
    {
        Urgent = urgent,
    };

    public static int NumberOf(ClipReady clip) => BitConverter.ToInt32(clip.ClipId.ToByteArray());

    public static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
