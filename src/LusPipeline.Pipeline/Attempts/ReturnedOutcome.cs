namespace LusPipeline.Pipeline.Attempts;

/// <summary>What becomes of a message that the broker gave up delivering.</summary>
public enum ReturnedOutcome
{
    /// <summary>Its row is further on, of another generation, or gone.</summary>
    Stale,

    /// <summary>Its deliveries were other messages' fault: the sweeper publishes it again.</summary>
    ComesBack,

    /// <summary>The ledger has counted too many starts without an end: it is failed.</summary>
    Crashed,
}
