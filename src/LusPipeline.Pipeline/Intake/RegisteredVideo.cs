using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Intake;

/// <summary>A video of a listing after its registration, with what it has to do.</summary>
/// <param name="Generation">The generation that holds the result for the target, or will hold it.</param>
public sealed record RegisteredVideo(SeenVideo Seen, Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, RegisteredState State)
{
    /// <summary>Whether its study is urgent.</summary>
    public bool Urgent { get; init; }
}

public enum RegisteredState
{
    /// <summary>The video waits for ingest: it is new, forced, has another target, or is eligible again.</summary>
    Due,

    /// <summary>An earlier run began the video. It continues where that run stopped.</summary>
    Begun,

    /// <summary>The video has had a final status for this target since an earlier run, or belongs to a cancelled study.</summary>
    Finished,

    /// <summary>The listing has just rejected the video.</summary>
    RejectedNow,
}
