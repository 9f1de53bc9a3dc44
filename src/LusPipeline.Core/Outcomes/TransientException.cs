namespace LusPipeline.Core.Outcomes;

/// <summary>
/// The attempt failed for a reason that may pass, and not because of the input. It is tried again, and fails with this reason when the
/// retries are used up.
/// </summary>
/// <param name="reason">One of <see cref="ReasonCode"/>.</param>
/// <param name="detail">What was found. It contains no file names.</param>
/// <param name="inner">What caused it.</param>
public sealed class TransientException(string reason, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public string Reason { get; } = reason;
}
