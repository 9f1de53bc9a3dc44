using LusPipeline.Core.Outcomes;

namespace LusPipeline.Training.Heads;

/// <summary>A head cannot be made as it is described, or cannot be trained.</summary>
/// <param name="message">Which setting or file is wrong, and how to fix it.</param>
/// <param name="inner">What caused it.</param>
public sealed class HeadException(string message, Exception? inner = null) : LusException(message, inner);
