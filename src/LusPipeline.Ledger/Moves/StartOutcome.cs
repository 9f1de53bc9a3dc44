namespace LusPipeline.Ledger.Moves;

/// <summary>The result of trying to start work.</summary>
public enum StartOutcome
{
    Started,

    /// <summary>The message is out of date: the row is past this stage, has a newer generation, or is gone.</summary>
    Stale,

    /// <summary>Another living worker, or another thread of this one, runs the work. The message is no longer needed.</summary>
    Busy,

    /// <summary>An earlier start did not end, so the work may have crashed its process. It has to start alone.</summary>
    Suspect,

    /// <summary>Too many starts did not end.</summary>
    Crashed,
}
