using LusPipeline.Core.Outcomes;

namespace LusPipeline.Explaining.Subjects;

/// <summary>A clip's frames or its explanation cannot be had. The reason is in the world, not in the program: an original that is gone, a model that is not here.</summary>
/// <param name="message">Whole sentences for people, without the names of files.</param>
/// <param name="inner">What caused it.</param>
public sealed class NotExplainableException(string message, Exception? inner = null) : LusException(message, inner);
