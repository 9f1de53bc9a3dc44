namespace LusPipeline.Ledger.Moves;

/// <summary>What became of the wish to start work.</summary>
public enum StartOutcome
{
    Started,

    /// <summary>The message is old: the row is further on, was replaced by a newer generation, or is gone.</summary>
    Stale,

    /// <summary>Another living worker, or another thread of this one, is at it: the message has done its duty.</summary>
    Busy,

    /// <summary>An earlier start has no end, so it may have brought its process down: it starts alone or not at all.</summary>
    Suspect,

    /// <summary>Too many starts have no end.</summary>
    Crashed,
}
