namespace LusPipeline.Ledger.Rows;

/// <summary>Something that one worker at a time does for all: watching one prefix, sweeping.</summary>
public sealed class DutyRow
{
    /// <summary><c>sweep</c>, or <c>watch:</c> and the watched prefix.</summary>
    public required string Name { get; set; }

    public Guid? WorkerId { get; set; }

    /// <summary>Another worker may take it from then on.</summary>
    public DateTime LeasedUntil { get; set; }
}
