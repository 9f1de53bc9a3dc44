using LusPipeline.Core.Outcomes;

namespace LusPipeline.Ledger.Databases;

/// <summary>The database's schema is not this program's.</summary>
/// <param name="message">What to do.</param>
public sealed class LedgerVersionException(string message) : LusException(message);
