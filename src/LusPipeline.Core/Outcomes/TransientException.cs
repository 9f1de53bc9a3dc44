namespace LusPipeline.Core.Outcomes;

/// <summary>Our fault or the moment's: worth another attempt, then failed with this reason.</summary>
/// <param name="reason">One of <see cref="ReasonCode"/>.</param>
/// <param name="detail">What was found; no file names.</param>
/// <param name="inner">What caused it.</param>
public sealed class TransientException(string reason, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public string Reason { get; } = reason;
}
