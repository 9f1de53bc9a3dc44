using LusPipeline.Core.Outcomes;

namespace LusPipeline.Models.Bundles;

/// <summary>A model bundle cannot be used or written.</summary>
/// <param name="message">Which file is concerned, what is wrong with it, and how to fix it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BundleException(string message, Exception? inner = null) : LusException(message, inner);
