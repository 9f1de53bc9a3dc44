namespace LusPipeline.Ledger.Rows;

/// <summary>A row whose work a message carries.</summary>
internal interface ISwept
{
    DateTime? NotBefore { get; }
}
