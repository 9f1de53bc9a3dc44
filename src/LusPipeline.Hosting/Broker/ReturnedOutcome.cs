namespace LusPipeline.Hosting.Broker;

/// <summary>What the ledger says of a message that the broker gave up delivering.</summary>
public enum ReturnedOutcome
{
    /// <summary>Its work has started too often without an end, and has failed.</summary>
    Crashed,

    /// <summary>It is innocent, and the ledger will have it published again.</summary>
    ComesBack,

    /// <summary>Its work is done, or of an older generation.</summary>
    Stale,
}
