namespace LusPipeline.Ledger.Rows;

/// <summary>A row that the sweeper publishes again when its message was lost.</summary>
internal interface ISwept
{
    DateTime? NotBefore { get; }
}
