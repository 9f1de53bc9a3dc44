namespace LusPipeline.Core.Outcomes;

/// <summary>This process cannot work (corrupt model, no GPU, disk full): it stops, and its work goes back.</summary>
/// <param name="message">What is broken and how to mend it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokenEngineException(string message, Exception? inner = null) : Exception(message, inner);
