namespace LusPipeline.Core.Outcomes;

/// <summary>
/// This process cannot work, for example because a model is corrupt, the GPU is missing or the disk is full. The process stops, and its
/// work goes back to the queue.
/// </summary>
/// <param name="message">What is broken, and how to repair it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokenEngineException(string message, Exception? inner = null) : LusException(message, inner)
{
    /// <summary>
    /// Whether the process broke while it worked on an attempt, which may be the cause. That attempt then counts as one that did not end.
    /// </summary>
    public bool AtWork { get; init; }

    /// <summary>Whether native code has not returned. What it uses must not be freed before the process ends.</summary>
    public bool Hangs { get; init; }
}
