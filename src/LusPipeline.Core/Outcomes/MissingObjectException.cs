namespace LusPipeline.Core.Outcomes;

/// <summary>An object that an earlier stage wrote is missing or damaged. The work steps back to the stage that can write it again.</summary>
/// <param name="key">The object's key, which contains only ids.</param>
/// <param name="inner">What caused it.</param>
public sealed class MissingObjectException(string key, Exception? inner = null) : Exception($"The object {key} is gone or damaged.", inner);
