namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Recognizes a consumer that receives nothing although messages wait. RabbitMQ may cause this when a quorum queue is deleted and declared
/// again under a running consumer: it keeps the state of the old queue and drops deliveries (seen with 3.10, which does not tell the consumer).
/// </summary>
internal sealed class Starvation
{
    private long? _idleSince;

    /// <param name="waiting">Messages that wait in the queue.</param>
    /// <param name="busy">Whether the consumer holds messages.</param>
    /// <param name="received">How many messages it has received in all.</param>
    /// <returns>Whether at this check and the one before messages waited, the consumer held none, and none was received between them.</returns>
    public bool Check(uint waiting, bool busy, long received)
    {
        var idle = waiting > 0 && !busy;
        var starved = idle && received == _idleSince;
        _idleSince = idle ? received : null;
        return starved;
    }
}
