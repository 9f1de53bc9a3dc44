namespace LusPipeline.Ledger.Moves;

/// <summary>Why a video is rejected.</summary>
/// <param name="Reason">One of <see cref="Core.Outcomes.ReasonCode"/>.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record Rejection(string Reason, string Detail);
