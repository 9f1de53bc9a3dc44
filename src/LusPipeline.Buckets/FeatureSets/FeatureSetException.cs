using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>A feature set cannot be read or written.</summary>
/// <param name="message">Which file or folder is affected, what is wrong with it, and how to fix it.</param>
/// <param name="inner">What caused it.</param>
public sealed class FeatureSetException(string message, Exception? inner = null) : LusException(message, inner);
