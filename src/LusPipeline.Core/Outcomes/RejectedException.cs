namespace LusPipeline.Core.Outcomes;

/// <summary>
/// The input is at fault. The rejection is final and never retried, until the user forces it, a limit is raised or the content changes.
/// </summary>
/// <param name="reason">One of <see cref="ReasonCode"/>.</param>
/// <param name="detail">What was found. It is shown on the user's terminal and stored in the ledger, and never logged.</param>
public sealed class RejectedException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
