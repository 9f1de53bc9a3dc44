namespace LusPipeline.Pipeline.Attempts;

/// <summary>What happens to a message that the broker no longer delivers.</summary>
public enum ReturnedOutcome
{
    /// <summary>The row is past this stage, has another generation, or is gone.</summary>
    Stale,

    /// <summary>Other messages caused the repeated deliveries. The sweeper publishes this one again.</summary>
    ComesBack,

    /// <summary>The ledger counted too many starts that did not end, so the work is failed.</summary>
    Crashed,
}
