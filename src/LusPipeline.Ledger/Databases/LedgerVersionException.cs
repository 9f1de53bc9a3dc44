using LusPipeline.Core.Outcomes;

namespace LusPipeline.Ledger.Databases;

/// <summary>The schema of the database does not fit this program.</summary>
/// <param name="message">What is wrong, and what to do.</param>
public sealed class LedgerVersionException(string message) : LusException(message);
