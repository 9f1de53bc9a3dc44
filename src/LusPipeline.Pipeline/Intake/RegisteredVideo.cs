using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Intake;

/// <summary>What registering made of a seen video.</summary>
/// <param name="Generation">The generation that holds, or is to hold, the result for the target.</param>
public sealed record RegisteredVideo(SeenVideo Seen, Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, RegisteredState State)
{
    /// <summary>Its study is urgent.</summary>
    public bool Urgent { get; init; }
}

public enum RegisteredState
{
    /// <summary>Waits for ingest: new, forced, of another target, or eligible again.</summary>
    Due,

    /// <summary>Was begun earlier and goes on where it stopped.</summary>
    Begun,

    /// <summary>Has its final status for this target since an earlier run, or came to a cancelled study.</summary>
    Finished,

    /// <summary>Was rejected by the listing, just now.</summary>
    RejectedNow,
}
