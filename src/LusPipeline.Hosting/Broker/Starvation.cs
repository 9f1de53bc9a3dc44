namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Tells a consumer that gets nothing though messages wait: a broker that makes a quorum queue anew under a living consumer may go on
/// with what it knew of the old one, and drop what it should deliver (seen with 3.10, which tells the consumer nothing).
/// </summary>
internal sealed class Starvation
{
    private long? _idleSince;

    /// <param name="waiting">Messages in the queue.</param>
    /// <param name="busy">The consumer has some in hand.</param>
    /// <param name="received">How many have come to it in all.</param>
    /// <returns>Whether this look and the one before it saw messages wait, nothing in hand and nothing come.</returns>
    public bool Check(uint waiting, bool busy, long received)
    {
        var idle = waiting > 0 && !busy;
        var starved = idle && received == _idleSince;
        _idleSince = idle ? received : null;
        return starved;
    }
}
