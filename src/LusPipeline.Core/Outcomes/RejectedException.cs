namespace LusPipeline.Core.Outcomes;

/// <summary>The input's fault: final until forced, a raised limit or a new version. Never retried.</summary>
/// <param name="reason">One of <see cref="ReasonCode"/>.</param>
/// <param name="detail">What was found, for the user's terminal and the ledger; never logged.</param>
public sealed class RejectedException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
