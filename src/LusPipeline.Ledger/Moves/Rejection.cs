namespace LusPipeline.Ledger.Moves;

/// <param name="Reason">A reason code.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record Rejection(string Reason, string Detail);
