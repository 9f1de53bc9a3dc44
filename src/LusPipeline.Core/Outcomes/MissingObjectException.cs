namespace LusPipeline.Core.Outcomes;

/// <summary>An object that an earlier stage wrote is gone or damaged: the work steps back to where it can be written again.</summary>
/// <param name="key">The object's key, which holds ids only.</param>
/// <param name="inner">What caused it.</param>
public sealed class MissingObjectException(string key, Exception? inner = null) : Exception($"The object {key} is gone or damaged.", inner);
