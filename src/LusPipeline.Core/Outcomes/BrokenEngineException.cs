namespace LusPipeline.Core.Outcomes;

/// <summary>This process cannot work (corrupt model, no GPU, disk full): it stops, and its work goes back.</summary>
/// <param name="message">What is broken and how to mend it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokenEngineException(string message, Exception? inner = null) : LusException(message, inner)
{
    /// <summary>It broke at the work in hand, which may be the cause: that attempt has no end, and counts as one that killed its process.</summary>
    public bool AtWork { get; init; }
}
