using LusPipeline.Core.Outcomes;

namespace LusPipeline.Training.Search.Trials;

/// <summary>A search cannot begin or go on.</summary>
/// <param name="message">What is wrong, and how to fix it. It has no password.</param>
/// <param name="inner">What caused it.</param>
public sealed class SearchException(string message, Exception? inner = null) : LusException(message, inner);
