using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// A durable queue and its arguments, which cannot change while it exists. Every argument is explicit: defaults differ between
/// versions of the broker.
/// </summary>
internal sealed record BrokerQueue(string Name, IReadOnlyDictionary<string, object?> Arguments)
{
    /// <summary>Reading a dead letter and putting it back is a delivery: the limit of 20 that version 4 sets by itself would lose it.</summary>
    private const int ReadByPeople = 1_000_000;

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

    /// <summary>Hints, of which the newest are worth the most: bounded, and handed out again only where a worker died with one in hand.</summary>
    public static BrokerQueue Notifications(BrokerOptions options) => new(new BrokerNames(options.Prefix).Notifications, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        ["x-delivery-limit"] = 2,
        ["x-max-length"] = 10_000,
        ["x-max-length-bytes"] = 32 * 1024 * 1024,
        ["x-overflow"] = "drop-head",
    });

    public static BrokerQueue OfStage(BrokerOptions options, string name) => Limited(options, name, new BrokerNames(options.Prefix).Returned);

    /// <summary>A message that even here is delivered in vain goes to the people.</summary>
    public static BrokerQueue Returned(BrokerOptions options)
    {
        var names = new BrokerNames(options.Prefix);
        return Limited(options, names.Returned, names.DeadLetters);
    }

    /// <summary>Bounded: the oldest go first.</summary>
    public static BrokerQueue DeadLetters(BrokerOptions options) => new(new BrokerNames(options.Prefix).DeadLetters, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        ["x-delivery-limit"] = ReadByPeople,
        ["x-max-length"] = options.DeadLettersKept,
        ["x-overflow"] = "drop-head",
    });

    /// <summary>At-least-once dead lettering, which asks for reject-publish: what is given up stays until the other queue has it.</summary>
    private static BrokerQueue Limited(BrokerOptions options, string name, string deadLetters) => new(name, new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumGroupSize,
        ["x-delivery-limit"] = options.DeliveryLimit,
        ["x-dead-letter-exchange"] = deadLetters,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    });
}
