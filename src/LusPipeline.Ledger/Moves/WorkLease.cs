namespace LusPipeline.Ledger.Moves;

/// <summary>
/// In whose name work is started, and when it is published again if nothing comes of it. A row that a worker has started is its
/// own as long as the worker's heartbeat is younger than the lease; then whoever gets the message may start it.
/// </summary>
public sealed record WorkLease
{
    /// <summary>The one process that holds the ledger (<c>lus run</c>): nobody else starts work, and nothing is published again but retries.</summary>
    public static readonly WorkLease None = new();

    /// <summary>Null where no other process works on the ledger.</summary>
    public Guid? WorkerId { get; init; }

    /// <summary>Age of a worker's last heartbeat at which its work is free again.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Time after publishing at which a row that nobody started is published again for the first time.</summary>
    public TimeSpan RepublishAfter { get; init; }

    /// <summary>The heartbeat that a living worker's is younger than.</summary>
    internal DateTime LiveSince(DateTime now) => now - Duration;

    /// <summary>When the sweeper looks at work that was started now.</summary>
    internal DateTime? StartedUntil(DateTime now) => WorkerId is null ? null : now + Duration;

    /// <summary>When the sweeper looks at work that was published now.</summary>
    internal DateTime? PublishedUntil(DateTime now) => WorkerId is null ? null : now + RepublishAfter;
}
