using LusPipeline.Core.Outcomes;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>A file could not be downloaded.</summary>
/// <param name="message">Which address failed, what is wrong with it, and how to fix it.</param>
/// <param name="inner">What caused it.</param>
public sealed class DownloadException(string message, Exception? inner = null) : LusException(message, inner);
