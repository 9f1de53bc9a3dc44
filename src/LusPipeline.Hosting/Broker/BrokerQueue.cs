using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// A durable queue and its arguments, which cannot change while it exists. Every argument is explicit: defaults differ between
/// versions of the broker.
/// </summary>
internal sealed record BrokerQueue(string Name, IReadOnlyDictionary<string, object?> Arguments)
{
    private const string LimitArgument = "x-delivery-limit";
    private const string DeadLetterArgument = "x-dead-letter-exchange";

    /// <summary>
    /// Delivery limit of the dead letters, in effect none. An operator who reads a dead letter and puts it back causes a delivery, and the default
    /// limit of RabbitMQ 4, which is 20, would then drop it.
    /// </summary>
    private const int Unlimited = 1_000_000;

    /// <summary>How often a message is given back before it is moved on.</summary>
    public int DeliveryLimit => (int)Arguments[LimitArgument]!;

    /// <summary>The exchange to which a message is moved then; null for a queue that drops it.</summary>
    public string? DeadLetterExchange => Arguments.GetValueOrDefault(DeadLetterArgument) as string;

    public static IReadOnlyList<BrokerQueue> All(BrokerOptions options)
    {
        var names = new BrokerNames(options.Prefix);
        return
        [
            DeadLetters(options),
            Returned(options),
            .. StageNames.All.SelectMany(stage => new[] { OfStage(options, names.Queue(stage, urgent: false)), OfStage(options, names.Queue(stage, urgent: true)) }),
        ];
    }

    /// <summary>
    /// Queue of notifications. It is bounded, and the newest messages are kept. A message is delivered again only if a worker died while it held it.
    /// </summary>
    public static BrokerQueue Notifications(BrokerOptions options) => new(new BrokerNames(options.Prefix).Notifications, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        [LimitArgument] = 2,
        ["x-max-length"] = 10_000,
        ["x-max-length-bytes"] = 32 * 1024 * 1024,
        ["x-overflow"] = "drop-head",
    });

    public static BrokerQueue OfStage(BrokerOptions options, string name) => Limited(options, name, new BrokerNames(options.Prefix).Returned);

    /// <summary>A message that cannot be handled here either becomes a dead letter.</summary>
    public static BrokerQueue Returned(BrokerOptions options)
    {
        var names = new BrokerNames(options.Prefix);
        return Limited(options, names.Returned, names.DeadLetters);
    }

    /// <summary>The queue is bounded: the oldest messages are dropped first.</summary>
    public static BrokerQueue DeadLetters(BrokerOptions options) => new(new BrokerNames(options.Prefix).DeadLetters, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        [LimitArgument] = Unlimited,
        ["x-max-length"] = options.DeadLettersKept,
        ["x-overflow"] = "drop-head",
    });

    /// <summary>
    /// Dead lettering at least once: a message stays here until the other queue has confirmed it. RabbitMQ allows this only with the overflow policy
    /// reject-publish.
    /// </summary>
    private static BrokerQueue Limited(BrokerOptions options, string name, string deadLetters) => new(name, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        [LimitArgument] = options.DeliveryLimit,
        [DeadLetterArgument] = deadLetters,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    });
}
